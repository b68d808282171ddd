"""Yitong (医通): one card, one pool of appointments, one bill, one prescription chain and one journey for a region."""

__version__ = "0.1.0"
