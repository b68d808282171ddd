"""Limits and risk: who may book how much, and what is asked of those who look like a scalper."""
