"""Waiting lists: who wants a place of a full clinic, the timed offers made to them, and places on their way back."""
