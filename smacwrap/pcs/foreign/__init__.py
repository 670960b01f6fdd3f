"""Parameter files of other configurators, as PCS files."""
