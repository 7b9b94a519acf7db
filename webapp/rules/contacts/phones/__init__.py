"""Phones in a list: their cells, kinds, parts and ids, and the phone of a row."""
