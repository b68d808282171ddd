"""Medical insurance: the rules by which a bill is divided, as tables with effective dates and as pure functions."""
