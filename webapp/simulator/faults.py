"""Faults a test can plan, each for a number of calls."""

from __future__ import annotations

from dataclasses import dataclass, field

# At the call: "before" Twilio takes the text, or "after"; "code" is a REST error, "html" a page with that HTTP status
CALL = {"429", "500", "timeout_before", "timeout_after", "reset_before", "reset_after", "unreadable", "code", "html"}
# A text that is taken stands in no list for so many seconds
HIDING = {"hide"}
# At a list of texts
LIST = {"list_500", "list_timeout", "list_cut", "list_slow"}
# At the callbacks. fail: a delivery error code; before_answer: a callback before the call is answered
CALLBACK = {"fail", "late", "lost", "doubled", "reordered", "before_answer"}


@dataclass
class Fault:
    """``code`` is for "code", "html" and "fail"; ``seconds`` is the length of a time-out, delay or hiding; ``to`` "" fits
    any recipient."""

    do: str
    times: int = 1
    code: int = 0
    seconds: float = 30.0
    to: str = ""

    def fits(self, to: str) -> bool:
        return self.times > 0 and self.to in ("", to)


@dataclass
class Plan:
    faults: list[Fault] = field(default_factory=list)
    met: list[str] = field(default_factory=list)

    def add(self, fault: Fault) -> None:
        if fault.do not in CALL | HIDING | LIST | CALLBACK:
            raise ValueError(f"no such fault: {fault.do}")
        self.faults.append(fault)

    def next(self, kinds: set[str], to: str) -> Fault | None:
        """The first planned fault of these kinds for this recipient; it has one call less from now on."""
        for fault in self.faults:
            if fault.do in kinds and fault.fits(to):
                fault.times -= 1
                self.met.append(fault.do)
                return fault
        return None
