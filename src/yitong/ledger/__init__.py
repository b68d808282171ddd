"""The evidence chain: one contract, an engine that orders signed transactions, and proofs that anybody can check."""
