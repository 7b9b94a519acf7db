"""Scripts edited and filled in, their cost, and publishing an action."""
