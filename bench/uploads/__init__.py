"""A first list in a new installation, beside an older tree's."""
