"""One function for each thing a person can do here, one file a counter of the house."""
