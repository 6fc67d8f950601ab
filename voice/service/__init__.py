"""The service as a whole: its processes, started, watched and stopped."""

from voice.service.checks import check_board, check_served, check_settings, doubts
from voice.service.child import ChildProcess
from voice.service.service import Service

__all__ = ["ChildProcess", "Service", "check_board", "check_served", "check_settings", "doubts"]
