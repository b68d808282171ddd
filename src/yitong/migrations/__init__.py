"""The database's history, one file a step; :mod:`yitong.kernel.migrate` runs it."""
