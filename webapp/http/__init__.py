"""What every answer and request needs, whatever page it is: how much a request may bring, gzip, static files."""
