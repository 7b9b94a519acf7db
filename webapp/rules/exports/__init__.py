"""Columns of exports, and cells that are safe in a spreadsheet."""
