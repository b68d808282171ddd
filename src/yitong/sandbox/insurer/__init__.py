"""The insurance platform's side: it knows everybody, computes every bill, keeps the year's sums and its own log."""
