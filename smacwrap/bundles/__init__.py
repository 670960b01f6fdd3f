"""The zip of a run: what it needs, and what it left."""
