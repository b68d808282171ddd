"""The double-entry journal in whole fen: entries that balance, are written once and never changed."""
