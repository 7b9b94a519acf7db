"""What opt-in forms may have, and what their answers mean."""
