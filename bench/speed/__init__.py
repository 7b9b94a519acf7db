"""`bin/bench`: clicks, Starts and replies a second on PostgreSQL, each beside its floor."""
