"""Contacts, their lists, time zones, tags and fields; finding contacts and changing many at once."""
