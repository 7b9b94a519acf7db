"""What someone tried who meant to break contacts, lists and work on many of them: each test failed once."""
