"""People who are texted, their lists, clocks, tags and fields."""
