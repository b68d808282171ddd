"""Timed offers: a place held for one person until a moment."""
