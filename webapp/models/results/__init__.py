"""Figures and histories for staff: results, operations, a contact's timeline."""
