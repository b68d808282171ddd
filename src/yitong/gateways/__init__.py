"""Floor 4: clients of the outside world, each speaking the other side's published protocol."""
