"""Floor 3: charges, bills, insurance split, payments, refunds, the double-entry ledger and its reconciliation."""
