"""Measurements against a peer or a limit of the same run; each prints only what it measured."""
