"""Pure solvers: a problem in, a plan out; no database, no network, no clock but for time limits."""
