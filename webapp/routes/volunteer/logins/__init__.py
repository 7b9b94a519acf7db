"""Pages that keep an account to its owner: password, devices, second step (SPEC V1)."""
