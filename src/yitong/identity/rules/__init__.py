"""Pure decisions: documents and people, card codes, matching of records."""
