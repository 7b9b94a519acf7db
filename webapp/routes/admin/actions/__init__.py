"""Actions: their list, their steps, pause and archive."""
