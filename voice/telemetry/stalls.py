"""How late a timer came, counted in fine buckets, so that a share of all beats can be named."""

from __future__ import annotations

from collections.abc import Mapping

BUCKET_MS = 0.5
BUCKETS = 4000
"""Stalls up to two seconds; longer ones count as two seconds."""


class Stalls:
    """Beats by their lateness."""

    def __init__(self, counts: Mapping[int, int] | None = None) -> None:
        # A list of fixed length: it is written on a thread while beats go on being counted.
        self._counts = [0] * BUCKETS
        for bucket, count in (counts or {}).items():
            self._counts[bucket] = count

    @classmethod
    def read(cls, written: Mapping[str, int]) -> Stalls:
        """What `written` gave; JSON makes text of the buckets."""
        return cls({int(bucket): count for bucket, count in written.items()})

    @property
    def beats(self) -> int:
        """How many there were."""
        return sum(self._counts)

    def record(self, late_ms: float) -> None:
        """Count one beat that came `late_ms` late."""
        self._counts[min(BUCKETS - 1, max(0, int(late_ms / BUCKET_MS)))] += 1

    def share_ms(self, share: float) -> float:
        """The stall in ms that this share (0 to 1) of all beats does not exceed."""
        wanted, seen = share * self.beats, 0
        for bucket, count in enumerate(self._counts):
            seen += count
            if count and seen >= wanted:
                return (bucket + 1) * BUCKET_MS
        return 0.0

    def since(self, earlier: Stalls) -> Stalls:
        """The beats after those of `earlier`; all of them when counting began anew in between."""
        newer = [now - then for now, then in zip(self._counts, earlier._counts, strict=True)]
        return self if min(newer) < 0 else Stalls(dict(enumerate(newer)))

    def written(self) -> dict[int, int]:
        """The counts, for a file."""
        return {bucket: count for bucket, count in enumerate(self._counts) if count}
