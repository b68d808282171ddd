"""Payments: one bill paid in parts of a fixed order, given back by rule, resumed whatever happens in between."""
