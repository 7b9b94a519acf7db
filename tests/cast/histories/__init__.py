"""Random histories of a campaign, and their count."""
