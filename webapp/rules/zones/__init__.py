"""The time zones of places: tables of ZIPs, states and area codes."""
