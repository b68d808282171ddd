"""Bills: priced steps as lines that are never changed, only countered; a bill is a view over its lines."""
