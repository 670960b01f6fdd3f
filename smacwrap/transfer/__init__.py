"""Studies in and out: what SMAC v2 wrote becomes ours, and the other way round."""
