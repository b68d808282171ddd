"""Examinations: what was ordered, the rules of their departments, and one plan for all of them."""
