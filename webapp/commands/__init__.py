"""What `textbank` does, a file for each kind of command. webapp/cli.py reads the arguments."""
