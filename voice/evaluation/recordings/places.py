"""Where recordings are: a folder or manifest, on this machine or in an object store."""

from __future__ import annotations

import posixpath
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path

from voice.evaluation.recordings.manifest import (
    ListedRecording,
    ManifestError,
    read_recordings,
    text_beside,
)
from voice.evaluation.recordings.sound_files import is_sound
from voice.evaluation.recordings.stores import (
    files_below,
    is_url,
    on_this_machine,
    require_allowed,
)


def recordings_at(place: str, allow: Sequence[str] = ()) -> Iterator[ListedRecording]:
    """The recordings of a folder or manifest, one by one; raises VoiceError.

    `allow` are the hosts and buckets that may be asked ([network] allow).
    """
    if is_url(place):
        require_allowed(place, allow)
    for recording in _in_store(place) if is_url(place) else read_recordings(Path(place)):
        if recording.url:
            require_allowed(recording.url, allow)
        yield recording


def _in_store(url: str) -> Iterator[ListedRecording]:
    if posixpath.splitext(url)[1]:
        with on_this_machine(url) as manifest:
            for recording in read_recordings(manifest):
                yield recording if recording.url else _beside(url, recording)
        return
    folder, index = url.rstrip("/"), -1
    names = dict.fromkeys(files_below(folder))
    for index, name in enumerate(filter(is_sound, names)):
        beside = posixpath.splitext(name)[0] + ".txt"
        text = _text(f"{folder}/{beside}") if beside in names else None
        sound = Path(posixpath.basename(name))
        yield ListedRecording(index, name, sound, text, url=f"{folder}/{name}")
    if index < 0:
        raise ManifestError(f"{url}: no sound files there")


def _beside(manifest: str, recording: ListedRecording) -> ListedRecording:
    """A recording that a manifest in a store names by its path there."""
    place = f"{manifest.rpartition('/')[0]}/{recording.name}"
    return replace(recording, path=Path(posixpath.basename(recording.name)), url=place)


def _text(url: str) -> str | None:
    with on_this_machine(url) as copy:
        return text_beside(copy)
