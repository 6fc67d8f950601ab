"""The operator's tools; each database access runs off the event loop, on threads of its own."""

from __future__ import annotations

from dataclasses import replace

from voice.demo import offers, orders
from voice.demo.directory import CustomerDirectory, customer_of
from voice.demo.operator import Operator
from voice.demo.tool_making import Maker
from voice.identity import Caller, IdentityLevel
from voice.settings import Settings
from voice.settings.places import blamed_on
from voice.tools import ToolBox, Value

_SEED = 1
_REPLACEMENT_DAYS = 3


def load(settings: Settings) -> tuple[ToolBox, CustomerDirectory]:
    """Tools and directory on the database of the settings; makes it where there is none."""
    path = settings.demo.database
    with blamed_on("demo.database"):
        operator = Operator.open(path) if path.exists() else Operator.create(path, _SEED)
    return tools_of(operator), CustomerDirectory(operator)


def tools_of(operator: Operator) -> ToolBox:
    """The tools that the tasks name."""
    unknown, claimed, verified = IdentityLevel
    make = Maker(operator)
    return ToolBox(
        [
            make.reading("get_bill", verified, _get_bill),
            make.reading("get_plan", claimed, _get_plan),
            make.changing("block_sim", verified, _block_sim, _block_outcome),
            make.changing("unblock_sim", verified, _unblock_sim, _active),
            make.changing("transfer_to_person", unknown, _transfer),
            make.reading("check_outage", unknown, offers.check_outage),
            make.reading("get_roaming", unknown, offers.get_roaming),
            make.reading("get_offer", unknown, offers.get_offer),
            make.reading("list_plans", unknown, offers.list_plans),
            make.reading("get_visit", verified, orders.get_visit),
            make.changing("book_technician", verified, orders.book_technician, orders.visit_booked),
            make.changing("send_bill_copy", verified, orders.send_bill_copy, orders.bill_copy_sent),
            make.changing(
                "change_address", verified, orders.change_address, orders.address_changed
            ),
            make.changing("change_plan", verified, orders.change_plan, orders.plan_changed),
        ]
    )


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
