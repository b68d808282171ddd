"""What a crowd sees: a compact picture of a department's free places, and an honest place in line."""
