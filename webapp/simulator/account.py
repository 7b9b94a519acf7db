"""The account that the simulator keeps. Whoever only needs to name it imports this, and none of the simulator's libraries."""

ACCOUNT = "AC5151515151515151515151515151515151"[:34]
TOKEN = "rehearsal"  # noqa: S105
