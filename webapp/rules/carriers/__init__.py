"""The carriers' treatment of the texts."""
