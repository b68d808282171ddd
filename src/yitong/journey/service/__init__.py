"""What is done about messages: telling a patient, reading, and getting them through a channel outside."""
