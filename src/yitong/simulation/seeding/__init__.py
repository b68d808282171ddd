"""Fills an empty database with the demo region: one seed number, always the same rows."""
