"""When an action becomes public, and who is within its limits."""
