"""`bin/bench contacts`: pages, filters, imports and bulk work at a campaign's real size."""
