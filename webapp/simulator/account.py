"""The simulator's account. A file of its own: naming the account must not import the simulator's libraries."""

ACCOUNT = "AC5151515151515151515151515151515151"[:34]
TOKEN = "rehearsal"  # noqa: S105
