"""Daily reconciliation: the hospital's books, the payment channels' bills and the insurer's account, line by line."""
