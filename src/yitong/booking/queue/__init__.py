"""The queue in front of the door: check-in, fair order, calls, the patient's live place, the waiting hall's board."""
