"""Floor 2: people: registration, master index, health card, family, sign-in of citizens, staff and devices."""
