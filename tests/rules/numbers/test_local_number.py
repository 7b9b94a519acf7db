"""A number near the contact, while it is free (SPEC S3)."""

from __future__ import annotations

from webapp.rules.numbers.local_number import Candidate, choose


def test_a_preferred_area_code_wins_while_its_number_is_free() -> None:
    far, near = Candidate(1, "212", 0), Candidate(2, "814", 60)
    assert choose([far, near], ["814"]) == near
    assert choose([far, Candidate(2, "814", 1800)], ["814"]) == far
    assert choose([far, Candidate(2, "814", 0, healthy=False)], ["814"]) == far
    assert choose([far, Candidate(2, "814", 0, new_today=5, daily_limit=5)], ["814"]) == far
    assert choose([Candidate(3, "212", 9), far], []) == far
    assert choose([], ["814"]) is None
