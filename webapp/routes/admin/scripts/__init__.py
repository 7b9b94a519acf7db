"""Scripts of an action, their previews and cost, and the links in them."""
