"""Evidence that leaves the house: exports of the chain and of one prescription, checked by anybody without us."""
