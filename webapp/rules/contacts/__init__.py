"""Rules about contacts: columns and rows of a list, filters, time zones, states, kinds of phone lines."""
