"""A VAN that runs here, for rehearsals and tests: a process of its own, beside the simulator of Twilio."""
