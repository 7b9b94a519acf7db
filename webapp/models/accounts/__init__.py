"""Campaigns and their settings, users, logins, teams, e-mails and the audit log."""
