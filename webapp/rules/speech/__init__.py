"""Sentences of the office, made before the reader's language is known."""
