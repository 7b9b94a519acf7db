"""Jobs that fetch the files of nightly imports (SPEC B8)."""
