"""TODO opt_outs."""
