"""Larkfield Telecom, the fictional operator whose calls are answered in the demonstration.

`Operator` is its database with customers, plans, bills and SIM cards; `tools.load` makes the tools
that the tasks name, and the check of who calls.
"""

from voice.demo.customers import CUSTOMERS, Customer
from voice.demo.directory import CustomerDirectory
from voice.demo.operator import Operator

__all__ = ["CUSTOMERS", "Customer", "CustomerDirectory", "Operator"]
