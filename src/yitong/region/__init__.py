"""Floor 4: the region looks at itself: the event trail, what reactors could not do, and a hospital's day in numbers."""
