"""The same contract behind an existing fault-tolerant engine: our own ABCI 2.0 server, and a client of a node."""
