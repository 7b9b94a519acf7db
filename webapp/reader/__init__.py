"""An uploaded file becomes rows, in a process of its own: what a stranger's file does to memory or a parser stays there.

`survey` makes a plain copy (UTF-8, one kind of line end) and says how to read it; `rows` reads that copy from any byte
on, by the rules, so that the worker only stores. Neither touches the database.
"""
