"""The computers of others, played on this machine: Twilio, a post office, a push service, a program that takes webhooks, an SFTP server."""
