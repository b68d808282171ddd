"""Floor 4: what the patient does next, and the messages that say so."""
