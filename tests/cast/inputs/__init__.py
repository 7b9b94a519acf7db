"""Cases, workbooks and hostile texts, to be read by what is tested."""
