"""What fills a script, what it costs, its links, and publishing."""
