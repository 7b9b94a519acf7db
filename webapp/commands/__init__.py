"""The work of the `textbank` commands. webapp/cli.py reads their arguments."""
