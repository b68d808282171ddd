"""What patients say about a visit that is over, the doctor's page, and the doctors people keep."""
