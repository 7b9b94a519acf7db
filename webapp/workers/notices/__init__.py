"""Jobs that tell users: notices of the staff, and that replies are waiting."""
