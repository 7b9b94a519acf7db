"""What exports hold, and cells that are safe in a spreadsheet."""
