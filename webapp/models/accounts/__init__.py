"""Campaigns, their users, log-ins, teams, mail and the audit log."""
