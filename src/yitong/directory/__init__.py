"""Floor 2: the region's organizations, departments, places, practitioners, services and price list."""
