"""Pure rules of prescriptions, a topic a file: a case in, verdicts with their sources out; no database, no clock."""
