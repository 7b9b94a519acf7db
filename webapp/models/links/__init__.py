"""Custom links, their clicks, and links to the campaign's own pages."""
