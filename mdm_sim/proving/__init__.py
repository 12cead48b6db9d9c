"""The proof: canaries through every door, and a search of every byte that is left."""
