"""The town of Brackenford, a fictional municipality: its desk is a second demonstration.

It shares no task, tool or word with the operator: what works for both works for a third. Its tasks
lie in `tasks/municipality/`.
"""

from voice.demo.municipality.residents import Resident, seeded_residents
from voice.demo.municipality.town import Town

__all__ = ["Resident", "Town", "seeded_residents"]
