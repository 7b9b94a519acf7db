"""Words for the office, made where nobody knows in which language it is read."""
