"""Stored things outlive kills, full disks and restores: uploads, exports, texts."""
