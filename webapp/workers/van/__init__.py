"""Jobs about VAN: its lists are read, facts are sent, the campaign's keys are sealed again."""
