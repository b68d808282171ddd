"""What goes over the wire, one file a counter of the house."""
