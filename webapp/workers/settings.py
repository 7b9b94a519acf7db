"""Every job and every clockwork of the worker, in one list."""

from __future__ import annotations

from typing import Any

from arq import cron
from arq.cron import CronJob

from webapp.workers import housekeeping, importing, sending

FUNCTIONS: list[Any] = [
    sending.drain,
    sending.apply_events,
    sending.check_setup,
    importing.run_import,
    housekeeping.make_conversations,
    housekeeping.send_mail,
]

_EVERY_5_SECONDS = set(range(0, 60, 5))
_EVERY_2_MINUTES = set(range(0, 60, 2))
_EVERY_10_MINUTES = set(range(0, 60, 10))

CLOCKWORK: list[CronJob] = [
    cron(sending.sweep, second=_EVERY_5_SECONDS, run_at_startup=True, timeout=60),
    cron(sending.catch_up, minute=_EVERY_2_MINUTES, second=7, run_at_startup=True, timeout=110),
    cron(importing.resume_imports, second={3, 33}, run_at_startup=True, timeout=20),
    cron(housekeeping.return_unsent, second=13, timeout=60),
    cron(housekeeping.hand_over_possible_opt_outs, second=23, timeout=60),
    cron(housekeeping.send_waiting_mail, second={17, 47}, run_at_startup=True, timeout=60),
    cron(housekeeping.make_all_conversations, minute=_EVERY_10_MINUTES, second=43, timeout=60),
]
JOB_SECONDS = 60
MOST_AT_ONCE = 100
