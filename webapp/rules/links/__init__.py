"""Rules about custom links: where one may lead, and whether a person opened it."""
