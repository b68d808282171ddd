"""Electronic invoices: numbered without gaps, written once, taken back by a red one, printed and verified by a code."""
