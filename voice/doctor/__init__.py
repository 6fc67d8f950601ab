"""Whether this machine can do what these settings are for, and what to do where it cannot.

Looks at the very things that the service needs: no model is loaded, no call is made, nothing of a
task is asked, and nothing is left behind: folders of the service are for its own user to make.
"""

from voice.doctor.examination import examine
from voice.doctor.finding import Finding, Level
from voice.doctor.purpose import Purpose

__all__ = ["Finding", "Level", "Purpose", "examine"]
