"""Admissions, rooms, theatres and nurses together: the problem of IHTC-2024."""
