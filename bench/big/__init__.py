"""A campaign of any size, made by a few statements that both databases know."""
