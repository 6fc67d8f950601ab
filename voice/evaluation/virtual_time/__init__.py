"""Virtual time: whole calls run without waiting, and each engine's work takes what a table says.

`run_virtually` runs a coroutine on an event loop whose clock jumps to the next thing due.
Engines made with `virtual_queues(table)` compute at once, and their results are due after the
table's cost. With the same table the same things happen at the same times, on every machine.
"""

from voice.evaluation.virtual_time.costs import CostTable
from voice.evaluation.virtual_time.loop import (
    EPOCH,
    NothingDue,
    VirtualTimeLoop,
    run_virtually,
    virtual_wall_clock,
)
from voice.evaluation.virtual_time.queues import VirtualEngineQueue, VirtualQueues

__all__ = [
    "EPOCH",
    "CostTable",
    "NothingDue",
    "VirtualEngineQueue",
    "VirtualQueues",
    "VirtualTimeLoop",
    "run_virtually",
    "virtual_wall_clock",
]
