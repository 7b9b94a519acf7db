"""What can be decided from values alone: pure, sync, total; time is an argument."""
