"""What the end of a turn costs: the pause that is kept against turns that are cut short.

    python scripts/measure_pauses.py recordings/*.wav --evidence pauses.jsonl
    python scripts/measure_pauses.py --evidence pauses.jsonl

Each file holds the turns of one speaker. A silence within a turn is one after which the speaker
goes on within three seconds; others end a turn. The first form finds them, with what smart-turn and
the words say in each, and adds them to the file; both print, for the settings as they are and for
thresholds and pauses around them, how long the silence at the end of a turn is waited for, and
which share of the turns would have been cut short.
"""

from __future__ import annotations

import argparse
import asyncio
import dataclasses
import itertools
import json
from collections import defaultdict
from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from statistics import median

from voice.audio import silence
from voice.evaluation.recordings.sound_files import open_sound
from voice.languages import Ending, Language, language
from voice.model_folders import find_model
from voice.recognition import RecognitionSession, WhisperRecogniser
from voice.response import normal_form
from voice.settings.turns import Turns
from voice.smart_turn import HEARD_SECONDS, SmartTurn
from voice.turns import (
    LISTEN_AGAIN_MS,
    EndOfTurn,
    Evidence,
    ShortPause,
    SpeechOnset,
    SpeechResumed,
    TurnTracker,
    end_of_turn,
    pause_wanted,
)
from voice.understanding.stance import manner

RATE = 8000
FRAME_MS = 20
LEAD_FRAMES = 25
"""The level gate has to know the line."""
GOES_ON_MS = 3000
RESUMED_MS = 60
"""Voice by which the detector knows that the speaker goes on."""
LISTENED_MS = range(Turns().speculate_ms, Turns().end_ms, LISTEN_AGAIN_MS)
FINALITY_MS, WORDS_MS = 45, 120
"""Until they are known, by the embedded models."""
DOUBTFUL = (0.05, 0.1, 0.2, 0.3, 0.5)
SURE_MS = (260, 300, 340, 380, 420)
USUAL_MS = Turns().end_ms
END_MS = (400, USUAL_MS, 760)
DOUBTED_MS = (USUAL_MS, 760, Turns().end_ms_doubted)
OPEN_MS = (800, 1200, 1600)


@dataclasses.dataclass(frozen=True)
class Pause:
    """One silence of a speaker."""

    file: str
    turn: int
    ms: int
    """How long it lasted; where it ended the turn, as far as was looked."""
    ends: bool
    finality: dict[int, float]
    """How much the turn sounded as if it were over, by the ms of the silence that was heard."""
    ending: str
    text: str
    tells: bool = False
    """The words only tell something; what was found before this was kept has none that do."""

    def waited(self, settings: Turns) -> int:
        """The ms after which the turn would be over, each thing counting from when it is known."""
        for at in range(settings.speculate_ms, GOES_ON_MS, FRAME_MS):
            heard = [value for ms, value in self.finality.items() if ms + FINALITY_MS <= at]
            read = at >= settings.speculate_ms + WORDS_MS
            known = Evidence(
                finality=heard[-1] if heard else None,
                ending=Ending(self.ending) if read else None,
                tells=self.tells and read,
            )
            if at >= pause_wanted(known, settings):
                return at
        return GOES_ON_MS


async def main() -> None:
    """Find the pauses of the files, then print what each choice would have cost."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("files", nargs="*", type=Path)
    parser.add_argument("--evidence", type=Path, required=True)
    parser.add_argument("--model", default="whisper-base", help="the recogniser")
    parser.add_argument("--language", default="en")
    wanted = parser.parse_args()
    if wanted.files:
        spoken = language(wanted.language)
        recogniser = WhisperRecogniser.load(
            find_model("asr_models", wanted.model), languages=[spoken], beam_size=1
        )
        smart_turn = SmartTurn.load()
        with wanted.evidence.open("a", encoding="utf-8") as out:
            for file in wanted.files:
                async for pause in pauses(file, recogniser.session(), smart_turn, spoken):
                    out.write(json.dumps(dataclasses.asdict(pause)) + "\n")
                out.flush()
        recogniser.close()
        smart_turn.close()
    lines = wanted.evidence.read_text(encoding="utf-8").splitlines()
    show([read(line) for line in lines])


def read(line: str) -> Pause:
    """A line of the evidence."""
    values = json.loads(line)
    values["finality"] = {int(ms): value for ms, value in values["finality"].items()}
    return Pause(**values)


async def pauses(
    file: Path, session: RecognitionSession, smart_turn: SmartTurn, spoken: Language
) -> AsyncIterator[Pause]:
    """The silences of a recording, with what is known of them at their beginning."""
    settings = Turns(end_ms_digits=GOES_ON_MS, end_ms_open=GOES_ON_MS, end_ms=GOES_ON_MS)
    tracker, turn, at = TurnTracker(settings, RATE), 0, 0
    began, finality, text = 0, dict[int, float](), ""
    quiet = silence(RATE * FRAME_MS // 1000)
    lead, tail = [quiet] * LEAD_FRAMES, [quiet] * (GOES_ON_MS // FRAME_MS + 5)
    for frame in itertools.chain(lead, open_sound(file).frames("left", RATE), tail):
        at += FRAME_MS
        signal = tracker.push(frame)
        if tracker.detector.speaking:
            session.feed(frame, RATE)
        if isinstance(signal, SpeechOnset):
            turn += 1
            session.start(frame, RATE)
        elif isinstance(signal, ShortPause):
            began, finality = at - signal.pause_ms, {}
            text = (await session.finalise()).text
        if tracker.detector.paused and (at - began) in LISTENED_MS:
            finality[at - began] = await smart_turn.finality(session.last(HEARD_SECONDS))
        if finality and isinstance(signal, SpeechResumed | EndOfTurn):
            ends = isinstance(signal, EndOfTurn)
            ms = at - began - (0 if ends else RESUMED_MS)
            ending = spoken.ending(text).value
            tells = manner(spoken).only_tells(normal_form(text, spoken))
            yield Pause(file.name, turn, ms, ends, dict(finality), ending, text, tells)
            finality = {}


def show(pauses: Sequence[Pause]) -> None:
    """Print the settings as they are, then each choice with the others as they are."""
    rows: list[tuple[str, Turns]] = [("as it is", Turns())]
    rows += [(f"end_ms_sure {ms}", Turns(end_ms_sure=ms)) for ms in SURE_MS]
    rows += [(f"end_ms {ms}", Turns(end_ms=ms)) for ms in END_MS]
    rows += [(f"end_ms_doubted {ms}", Turns(end_ms_doubted=ms)) for ms in DOUBTED_MS]
    rows += [(f"end_ms_open {ms}", Turns(end_ms_open=ms)) for ms in OPEN_MS]
    alone = Turns(end_ms_sure=USUAL_MS, end_ms_open=USUAL_MS, end_ms_digits=USUAL_MS)
    rows.append((f"end_ms {USUAL_MS} alone", alone))
    print(f"{'':26}median ms  p90 ms  cut short  (of turns)")
    for name, settings in rows:
        _row(name, pauses, settings)
    for doubtful in DOUBTFUL:
        with _doubtful_below(doubtful):
            _row(f"doubtful below {doubtful}", pauses, Turns())


def _row(name: str, pauses: Sequence[Pause], settings: Turns) -> None:
    ends = sorted(pause.waited(settings) for pause in pauses if pause.ends)
    cut: dict[tuple[str, int], bool] = defaultdict(bool)
    for pause in pauses:
        cut[pause.file, pause.turn] |= not pause.ends and pause.ms >= pause.waited(settings)
    share = sum(cut.values()) / len(cut)
    at_90 = ends[int(0.9 * len(ends))]
    print(f"{name:26}{median(ends):9.0f}{at_90:8d}{share:10.1%}  ({len(cut)})")


@contextmanager
def _doubtful_below(finality: float) -> Iterator[None]:
    before, end_of_turn.DOUBTFUL = end_of_turn.DOUBTFUL, finality
    try:
        yield
    finally:
        end_of_turn.DOUBTFUL = before


if __name__ == "__main__":
    asyncio.run(main())
