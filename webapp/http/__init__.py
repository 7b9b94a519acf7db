"""For every request and answer, whatever page it is: pages, forms, how much a request may bring, gzip, static files."""
