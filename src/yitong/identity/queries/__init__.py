"""Reads of identity; sealed values are opened here and nowhere else."""
