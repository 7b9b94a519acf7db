"""How a text bank runs on one machine: the web process, the supervisor of all of them, and the demo campaign."""
