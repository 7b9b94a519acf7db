"""A whole keyword opts out, other words are flagged (SPEC V8)."""

from __future__ import annotations

from tests.cast.vectors import vectors
from webapp.rules import opt_out


def test_only_a_whole_keyword_opts_out_and_other_words_are_flagged() -> None:
    ours = {"keyword": "opt_out", "language": "possible", "none": "none", "opt_out": "opt_out", "possible": "possible"}
    wrong = []
    for row in vectors("optout.jsonl"):
        accepted = {ours[row["kind"]], ours[row.get("accept_also") or row["kind"]]}
        if (got := opt_out.classify(row["body"])) not in accepted:
            wrong.append((row["id"], row["body"], got))
    assert wrong == []
