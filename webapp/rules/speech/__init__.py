"""What the office is told, made where nobody knows in which language it is read."""
