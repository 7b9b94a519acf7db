"""Who is never texted again, and who nobody may text until someone decides."""
