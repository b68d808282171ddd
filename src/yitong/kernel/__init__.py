"""Floor 1: what every room needs and no hospital word in it."""
