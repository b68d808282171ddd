"""Pharmacies of the region: what they say of themselves, their shelves, and finding the right one nearby."""
