"""What a pharmacy does with a part it holds: dispense, close, take back, deliver, trace packages, recall."""
