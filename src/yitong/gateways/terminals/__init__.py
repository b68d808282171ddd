"""Card readers and face terminals at the windows and kiosks, behind the host that drives them."""
