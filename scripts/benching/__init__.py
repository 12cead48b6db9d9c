"""The benchmark's parts: prepared fleets, contestants, a light load generator, one measure."""
