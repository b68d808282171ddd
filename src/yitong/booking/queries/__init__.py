"""Reads of the pool; the large ones are one written statement each."""
