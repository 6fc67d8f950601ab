"""Records: the folders that calls leave behind, and how long they are kept."""

from voice.records.folders import (
    EVENTS,
    RECORDING,
    RESERVE_BYTES,
    call_changed,
    call_folder,
    call_folders,
    check_directory,
    check_room,
    folders_in,
)
from voice.records.retention import Deleted, delete_old

__all__ = [
    "EVENTS",
    "RECORDING",
    "RESERVE_BYTES",
    "Deleted",
    "call_changed",
    "call_folder",
    "call_folders",
    "check_directory",
    "check_room",
    "delete_old",
    "folders_in",
]
