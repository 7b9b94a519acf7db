"""The order of the tree: what has one door, what stays short, what each page and paper names."""
