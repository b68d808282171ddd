"""Stays in hospital: money paid in advance, a bill that runs with the stay, and its settlement at the end."""
