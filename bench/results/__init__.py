"""`bin/bench results`: the pages of the results, and an export, at a campaign's real size."""
