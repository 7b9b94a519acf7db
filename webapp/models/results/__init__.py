"""What staff look at: results, operations, one contact's timeline."""
