"""Surrogate models: what a configuration costs, learned from the run history."""
