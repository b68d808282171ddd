"""Floor 2: people: real-name registration, master index, health card, family, sign-in of citizens, staff and devices."""
