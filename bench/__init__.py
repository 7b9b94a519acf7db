"""Speed, measured: each figure beside its floor, what the bare driver does with the same statements in the same run."""
