"""Rules about contacts: columns of a list, rows, filters, the clocks of a place, kinds of phone lines."""
