"""Child processes that end when they must: guard, limits, control groups, signals."""
