"""Scripts of an action, their previews and cost."""
