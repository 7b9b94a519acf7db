"""What is stored outlives kills, full disks and restores: uploads, exports, texts."""
