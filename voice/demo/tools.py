"""The operator's tools; each database access runs off the event loop, on threads of its own."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from voice.demo.directory import CustomerDirectory, customer_of
from voice.demo.operator import Operator
from voice.foreign_code import off_loop
from voice.identity import Caller, IdentityLevel
from voice.response import Tool, ToolBox, Value
from voice.setting_places import blamed_on
from voice.settings import Settings

_SEED = 1
_REPLACEMENT_DAYS = 3

Work = Callable[[Operator, Caller], dict[str, Value]]


def load(settings: Settings) -> tuple[ToolBox, CustomerDirectory]:
    """Tools and directory on the database of the settings; makes it where there is none."""
    path = settings.demo.database
    with blamed_on("demo.database"):
        operator = Operator.open(path) if path.exists() else Operator.create(path, _SEED)
    return tools_of(operator), CustomerDirectory(operator)


def tools_of(operator: Operator) -> ToolBox:
    """The tools that the tasks name."""
    return ToolBox(
        [
            _tool(operator, "get_bill", IdentityLevel.VERIFIED, False, _get_bill),
            _tool(operator, "get_plan", IdentityLevel.CLAIMED, False, _get_plan),
            _tool(operator, "block_sim", IdentityLevel.VERIFIED, True, _block_sim, _block_outcome),
            _tool(operator, "unblock_sim", IdentityLevel.VERIFIED, True, _unblock_sim, _active),
            _tool(operator, "transfer_to_person", IdentityLevel.UNKNOWN, True, _transfer),
        ]
    )


def _tool(
    operator: Operator,
    name: str,
    level: IdentityLevel,
    side_effect: bool,
    work: Work,
    outcome: Work | None = None,
) -> Tool:
    async def run(caller: Caller, arguments: dict[str, str]) -> dict[str, Value]:
        if caller.level < level:
            raise PermissionError(f"{name} needs a caller who is {level.name.lower()}")
        return await off_loop(name, work, operator, caller)

    def look_up(caller: Caller, arguments: dict[str, str]) -> dict[str, Value]:
        assert outcome is not None
        return outcome(operator, caller)

    return Tool(name, level, side_effect, run, look_up if outcome else None)


def _get_bill(operator: Operator, caller: Caller) -> dict[str, Value]:
    bill = operator.bill(caller.customer or "")
    if bill is None:
        raise LookupError("a verified caller has no bill")
    return {"status": bill.status, "amount": bill.amount, "due_date": bill.due_date}


def _get_plan(operator: Operator, caller: Caller) -> dict[str, Value]:
    # A customer number that was said but not proved tells nobody a contract.
    proved = caller if caller.level >= IdentityLevel.VERIFIED else replace(caller, customer=None)
    customer = customer_of(operator, proved)
    plan = operator.plan(customer) if customer else None
    if plan is None:
        return {"status": "not_found"}
    return {"status": "found", "plan": plan.name, "data_gb": plan.data_gb, "price": plan.price}


def _block_sim(operator: Operator, caller: Caller) -> dict[str, Value]:
    blocked = operator.block_sim(caller.customer or "")
    status = "blocked" if blocked else "already_blocked"
    return {"status": status, "replacement_days": _REPLACEMENT_DAYS}


def _block_outcome(operator: Operator, caller: Caller) -> dict[str, Value]:
    if not operator.is_blocked(caller.customer or ""):
        return {}
    return {"status": "blocked", "replacement_days": _REPLACEMENT_DAYS}


def _unblock_sim(operator: Operator, caller: Caller) -> dict[str, Value]:
    operator.unblock_sim(caller.customer or "")
    return {"status": "active"}


def _active(operator: Operator, caller: Caller) -> dict[str, Value]:
    return {} if operator.is_blocked(caller.customer or "") else {"status": "active"}


def _transfer(operator: Operator, caller: Caller) -> dict[str, Value]:
    """The call itself carries the hand-over out."""
    return {"status": "ok"}
