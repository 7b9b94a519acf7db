"""Troubles the simulator can be told to make, each for so many calls."""

from __future__ import annotations

from dataclasses import dataclass, field

# At the call: 429, 500, timeout_before, timeout_after, reset_before, reset_after, unreadable, code (a REST error)
# Afterwards: fail (a delivery error code), late, lost, doubled, reordered, before_answer
CALL = {"429", "500", "timeout_before", "timeout_after", "reset_before", "reset_after", "unreadable", "code"}
CALLBACK = {"fail", "late", "lost", "doubled", "reordered", "before_answer"}


@dataclass
class Fault:
    """``code``: an error code for "code" and "fail". ``seconds``: how long a time-out or a delay is."""

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
        if fault.do not in CALL | CALLBACK:
            raise ValueError(f"no such fault: {fault.do}")
        self.faults.append(fault)

    def next(self, kinds: set[str], to: str) -> Fault | None:
        """The first planned fault of these kinds for this recipient; used up by one."""
        for fault in self.faults:
            if fault.do in kinds and fault.fits(to):
                fault.times -= 1
                self.met.append(fault.do)
                return fault
        return None
