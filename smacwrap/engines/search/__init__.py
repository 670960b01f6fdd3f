"""The search for the next configuration: SMAC3's components, made for long histories."""
