"""The service as a whole: one edge and its call processes, started, watched and stopped."""

from voice.service.child import ChildProcess
from voice.service.service import Service

__all__ = ["ChildProcess", "Service"]
