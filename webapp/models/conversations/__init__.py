"""One contact in one action: its texts, its holder, its hours, the inbox."""
