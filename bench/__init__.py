"""Speed, measured. Each figure stands beside its floor: the same statements run by the bare driver in the same run."""
