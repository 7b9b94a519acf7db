"""What the pages say, in English and in Spanish."""
