"""Each way to do the same: to opt somebody out, to change a running script."""
