"""For every request and answer, whatever page it is: how much a request may bring, gzip, static files."""
