"""Nightly imports: a file at an address or in an SFTP folder, read each night onto a list (SPEC B8)."""
