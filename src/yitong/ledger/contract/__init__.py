"""The contract: one pure, deterministic state machine over signed transactions. No clock, no float, no I/O."""
