"""The card a volunteer has on the screen, and the bucket around it."""
