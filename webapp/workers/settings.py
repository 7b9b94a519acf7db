"""Every job of the worker (FUNCTIONS), and those it starts by the clock (CLOCKWORK)."""

from __future__ import annotations

from typing import Any

from arq import cron, func
from arq.cron import CronJob

from webapp.workers import actions, assignments, bulk, conversations, exports, imports, numbers, scripts
from webapp.workers.accounts import mail
from webapp.workers.api import forgetting as api_forgetting
from webapp.workers.hooks import sending as hook_sending
from webapp.workers.nightly import fetching as nightly_fetching
from webapp.workers.notices import replies, telling
from webapp.workers.opt_ins import texting
from webapp.workers.outcomes import restoring
from webapp.workers.receiving import catching_up, events, media
from webapp.workers.sending import draining, line_lookups
from webapp.workers.sharing import passing
from webapp.workers.van import asking, lists
from webapp.workers.van import sending as van_sending

JOB_SECONDS = 60
LONG_JOB_SECONDS = 900  # reading through a gigabyte of text can't be split; other long work goes in short jobs

FUNCTIONS: list[Any] = [
    draining.drain,
    events.apply_events,
    numbers.check_setup,
    func(imports.run_import, timeout=LONG_JOB_SECONDS),
    func(bulk.run_bulk, timeout=LONG_JOB_SECONDS),
    func(exports.run_export, timeout=LONG_JOB_SECONDS),
    numbers.list_account,
    numbers.buy_numbers,
    numbers.point_number,
    numbers.release_number,
    func(media.fetch_media, timeout=LONG_JOB_SECONDS),
    conversations.make_conversations,
    scripts.run_cost,
    actions.apply_audience,
    mail.send_mail,
    telling.run_notice,
    texting.text_sign_ups,
    asking.ask_van,
    van_sending.send_to_van,
    hook_sending.send_hooks,
    func(nightly_fetching.run_nightly, timeout=LONG_JOB_SECONDS),
    func(lists.bring_list, timeout=LONG_JOB_SECONDS),
]

_EVERY_5_SECONDS = set(range(0, 60, 5))
_EVERY_15_SECONDS = set(range(4, 60, 15))
_EVERY_2_MINUTES = set(range(0, 60, 2))
_EVERY_10_MINUTES = set(range(0, 60, 10))

CLOCKWORK: list[CronJob] = [
    cron(draining.sweep, second=_EVERY_5_SECONDS, run_at_startup=True, timeout=60),
    cron(draining.look_up, second=_EVERY_5_SECONDS, timeout=60),
    cron(events.apply_events, second=_EVERY_5_SECONDS, run_at_startup=True, timeout=60),
    cron(texting.text_sign_ups, second=_EVERY_5_SECONDS, run_at_startup=True, timeout=60),
    cron(van_sending.sweep_van, second=_EVERY_5_SECONDS, run_at_startup=True, timeout=60),
    cron(hook_sending.sweep_hooks, second=_EVERY_5_SECONDS, run_at_startup=True, timeout=60),
    cron(nightly_fetching.sweep_nightly, second={6, 26, 46}, run_at_startup=True, timeout=60),
    cron(nightly_fetching.forget_fetched, hour=9, minute=11, second=11, timeout=60),
    cron(passing.share_opt_outs, second={1, 31}, run_at_startup=True, timeout=60),
    cron(hook_sending.forget_events, hour=9, minute=51, second=51, timeout=300),
    cron(lists.sweep_lists, second=_EVERY_5_SECONDS, run_at_startup=True, timeout=60),
    cron(lists.forget_files, hour=9, minute=11, second=11, timeout=60),
    cron(asking.seal_anew, minute=17, second=17, run_at_startup=True, timeout=60),
    cron(draining.enforce_caps, second=_EVERY_5_SECONDS, run_at_startup=True, timeout=20),
    cron(restoring.notice_restore, second=_EVERY_5_SECONDS, timeout=20),
    cron(catching_up.catch_up, minute=_EVERY_2_MINUTES, second=7, run_at_startup=True, timeout=110),
    cron(events.ask_statuses, minute=_EVERY_2_MINUTES, second=37, timeout=110),
    cron(media.fetch_media, second=53, timeout=LONG_JOB_SECONDS),
    cron(numbers.tend, second=33, timeout=50),
    cron(line_lookups.look_up_lines, second=27, timeout=58),
    cron(line_lookups.forget_old, hour=9, minute=31, second=31, timeout=300),
    cron(imports.resume_imports, second={3, 33}, run_at_startup=True, timeout=20),
    cron(bulk.resume_bulk, second={3, 33}, run_at_startup=True, timeout=20),
    cron(imports.forget_uploads, hour=9, minute=11, second=11, timeout=60),
    cron(exports.resume_exports, second={9, 39}, run_at_startup=True, timeout=20),
    cron(exports.begin_due_exports, second=21, run_at_startup=True, timeout=20),
    cron(api_forgetting.forget_answers, hour=9, minute=41, second=41, timeout=60),
    cron(exports.forget_exports, hour=9, minute=11, second=11, timeout=60),
    cron(scripts.forget_unused, hour=9, minute=21, second=21, timeout=60),
    cron(scripts.resume_costs, second={18, 48}, timeout=20),
    cron(actions.publish_scheduled, second=_EVERY_15_SECONDS, run_at_startup=True, timeout=50),
    cron(actions.apply_audiences, second={8, 28, 48}, timeout=20),
    cron(conversations.keep_statistics, second=_EVERY_5_SECONDS, run_at_startup=True, timeout=60),
    cron(assignments.return_unsent, second=13, timeout=60),
    cron(conversations.derive_zones, second=38, run_at_startup=True, timeout=60),
    cron(conversations.hand_over_possible_opt_outs, second=23, timeout=60),
    cron(mail.send_waiting_mail, second={17, 47}, run_at_startup=True, timeout=60),
    cron(telling.resume_notices, second={9, 39}, run_at_startup=True, timeout=20),
    cron(replies.tell_waiting, second=51, timeout=58),
    cron(conversations.make_all_conversations, minute=_EVERY_10_MINUTES, second=43, timeout=60),
]
MOST_AT_ONCE = 1_000  # jobs; drains wait for Twilio, and many of them must not hold the clockwork up
