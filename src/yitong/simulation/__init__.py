"""Floor 5: synthetic people, a demo region, a hospital day, load."""
