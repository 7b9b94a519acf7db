"""How carriers treat our texts."""
