"""Results of an action, and operations: the state of the sending."""
