"""Floor 3: what happens at the doctor's: encounters."""
