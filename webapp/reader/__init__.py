"""Reads an uploaded file in a process of its own, so that a hostile file can't harm the worker's memory or parser.

`survey` makes a plain copy (UTF-8, LF line ends) and says how to read it. `rows` reads that copy from any byte on and
applies the rules, so that the worker only stores. Neither touches the database.
"""
