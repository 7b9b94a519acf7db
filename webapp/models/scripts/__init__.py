"""Scripts edited, filled in, their cost and links, and publishing an action."""
