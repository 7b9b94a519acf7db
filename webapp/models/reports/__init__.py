"""Reports of volunteers, and the tags, fields and edits of a contact."""
