"""Workers and the launcher that starts, watches and stops them."""
