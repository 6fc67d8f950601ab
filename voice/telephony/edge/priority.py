"""The edge asks the scheduler to be served before everything else."""

from __future__ import annotations

import logging
import os

log = logging.getLogger(__name__)

REAL_TIME_PRIORITY = 10
NICE = -10


def raise_priority() -> str:
    """Ask for SCHED_RR, else for nice -10; logs and returns what was got.

    Threads started later run at normal priority.
    """
    got = _real_time() or _nice() or "normal priority"
    log.info("the edge runs at %s", got)
    return got


def _real_time() -> str | None:
    try:
        policy = os.SCHED_RR | os.SCHED_RESET_ON_FORK
        os.sched_setscheduler(0, policy, os.sched_param(REAL_TIME_PRIORITY))
    except OSError as error:
        log.info("SCHED_RR is not permitted (%s): needs CAP_SYS_NICE", error.strerror)
        return None
    return f"SCHED_RR {REAL_TIME_PRIORITY}"


def _nice() -> str | None:
    try:
        os.setpriority(os.PRIO_PROCESS, 0, NICE)
    except OSError as error:
        log.warning("nice %d is not permitted (%s): audio may stutter", NICE, error.strerror)
        return None
    return f"nice {NICE}"
