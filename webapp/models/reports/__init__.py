"""What volunteers and staff say of a contact: reports, tags, fields, edits."""
