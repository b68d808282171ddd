"""The chain explorer: what a regulator sees of the chain, follows through every hand, and has verified anew."""
