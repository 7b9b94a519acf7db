"""In and out by program: the tokens, what was answered to each request, and the rows that go in and out (SPEC B6)."""
