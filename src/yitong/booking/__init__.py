"""Floor 3: the one resource pool: schedules, slots, holds, appointments, and the queue in front of the door."""
