"""Notices to users: messages, e-mails, push and actions sent to many, and that replies are waiting (SPEC P2, R4)."""
