"""Whether this machine can answer calls with these settings, and what to do where it cannot.

Looks at the very things that the service needs: no model is loaded, no call is made, and nothing
of a task is asked. Like a start of the service it makes the folder of records, and tries to write
into it.
"""

from voice.doctor.examination import examine
from voice.doctor.finding import Finding, Level

__all__ = ["Finding", "Level", "examine"]
