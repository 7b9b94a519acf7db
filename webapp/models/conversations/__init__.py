"""One contact in one action: its texts, its holder, its bucket, the inbox."""
