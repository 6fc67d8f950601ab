"""Small corpora in the layouts of public ones, written for a test."""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import soundfile

SENTENCES = (
    "Habari za asubuhi.",
    "Ninaomba kujua salio langu.",
    "Simu yangu imepotea jana.",
    "Tafadhali nipigie tena kesho.",
    "Ninataka kulipa deni langu.",
    "Mvua inanyesha mjini leo.",
)


def tone(seconds: float, rate_hz: int, pitch_hz: float = 200.0) -> np.ndarray[Any, Any]:
    time = np.arange(round(seconds * rate_hz)) / rate_hz
    return (0.3 * np.sin(2 * np.pi * pitch_hz * time)).astype(np.float32)


def sound(
    file: Path, seconds: float = 2.0, rate_hz: int = 16000, pitch_hz: float | None = None
) -> Path:
    """A file that differs from all others by its pitch."""
    file.parent.mkdir(parents=True, exist_ok=True)
    pitch = 100.0 + sum(file.name.encode()) if pitch_hz is None else pitch_hz
    kind = {".mp3": "MP3", ".ogg": "OGG"}.get(file.suffix, "WAV")
    soundfile.write(file, tone(seconds, rate_hz, pitch), rate_hz, format=kind)
    return file


def sound_bytes(seconds: float = 2.0, rate_hz: int = 16000, pitch_hz: float = 200.0) -> bytes:
    data = io.BytesIO()
    soundfile.write(data, tone(seconds, rate_hz, pitch_hz), rate_hz, format="WAV")
    return data.getvalue()


def write_table(file: Path, header: Sequence[str], rows: Sequence[Sequence[object]]) -> None:
    file.parent.mkdir(parents=True, exist_ok=True)
    with file.open("w", encoding="utf-8", newline="") as opened:
        if file.suffix == ".tsv":
            writer = csv.writer(opened, delimiter="\t", quoting=csv.QUOTE_NONE, quotechar=None)
        else:
            writer = csv.writer(opened)
        writer.writerows([header, *rows] if header else rows)


def manifest(folder: Path, rows: int, columns: Sequence[str] = ("speaker",)) -> Path:
    """A manifest of so many short sounds, each of its own; six speakers by turns."""
    names = [f"clip{number:05}.wav" for number in range(rows)]
    whole = sound_bytes(0.4, 8000)
    for number, name in enumerate(names):
        (folder / name).write_bytes(whole[:-4] + number.to_bytes(4, "little"))
    table = [[name, f"neno {number}", f"speaker{number % 6}"] for number, name in enumerate(names)]
    write_table(folder / "manifest.csv", ["path", "text", *columns], table)
    return folder / "manifest.csv"


def common_voice(folder: Path) -> Path:
    header = [
        "client_id", "path", "sentence_id", "sentence", "sentence_domain", "up_votes",
        "down_votes", "age", "gender", "accents", "variant", "locale", "segment",
    ]  # fmt: skip
    for part, numbers in {"train": (0, 1, 2), "dev": (3,), "test": (4,)}.items():
        rows = []
        for number in numbers:
            name = f"common_voice_sw_{number}.mp3"
            sound(folder / "clips" / name, 2.0, 32000)
            rows.append([f"client{number}", name, "x", SENTENCES[number], "", 2, 0, "twenties",
                         "", "Kenya" if number else "", "", "sw", ""])  # fmt: skip
        write_table(folder / f"{part}.tsv", header, rows)
    lengths = [[f"common_voice_sw_{number}.mp3", 2000] for number in range(5)]
    write_table(folder / "clip_durations.tsv", ["clip", "duration[ms]"], lengths)
    return folder


def fleurs(folder: Path) -> Path:
    for place, part in enumerate(("train", "dev", "test")):
        name = f"{part}_1234567.wav"
        sound(folder / "audio" / part / name, 2.0, 16000)
        text = SENTENCES[place]
        plain = text.lower().rstrip(".")
        row = [place, name, text, plain, " ".join(plain.replace(" ", "|")) + " |", 32000, "MALE"]
        write_table(folder / f"{part}.tsv", [], [row])
    return folder


def afrispeech(folder: Path) -> Path:
    header = ["audio_ids", "audio_paths", "user_ids", "age_group", "transcript", "accent",
              "gender", "domain", "country", "duration"]  # fmt: skip
    for part in ("train", "dev", "test"):
        name = f"/AfriSpeech-100/{part}/aa-{part}/bb.wav"
        sound(folder / "audio" / "swahili" / part / part / f"aa-{part}" / "bb.wav", 2.0, 44100)
        row = [f"id-{part}", name, f"user-{part}", "19-25", f"Patient {part}, was seen.",
               "swahili", "Male", "clinical", "KE", 2.0]  # fmt: skip
        write_table(folder / "transcripts" / "swahili" / f"{part}.csv", header, [row])
    return folder


def alffa(folder: Path) -> Path:
    for place, part in enumerate(("train", "test")):
        key = f"SWH-05-20101106_16k-emission_part{place}g"
        sound(folder / "data" / part / "wav5" / "SWH-05-20101106" / f"{key}.wav")
        write_lines(folder / "data" / part / "text", f"{key}\t{SENTENCES[place].lower()}")
        write_lines(folder / "data" / part / "utt2spk", f"{key} SWH-05")
        write_lines(folder / "data" / part / "wav.scp", f"{key} /my_dir/wav/SWH/{key}.wav")
    return folder


def edacc(folder: Path) -> Path:
    question = "How would you describe your accent in English? (e.g. Italian, Glaswegian)"
    header = ["", "PARTICIPANT_ID", question]
    speakers = [["0", "EDACC-C06-A", "Kenyan English"], ["1", "EDACC-C30-A", "Glaswegian"]]
    write_table(folder / "linguistic_background.csv", header, speakers)
    for part, talk in {"dev": "EDACC-C06", "test": "EDACC-C30"}.items():
        sound(folder / "data" / f"{talk}.wav", 10.0, 32000)
        keys = [f"{talk}-{number:03}" for number in range(3)]
        texts = ["SO I WENT <laugh> TO THE MARKET", "IGNORE_TIME_SEGMENT_IN_SCORING", "YES I DID"]
        write_lines(folder / part / "text", *map(" ".join, zip(keys, texts, strict=True)))
        write_lines(folder / part / "utt2spk", *(f"{key} {talk}-A" for key in keys))
        write_lines(folder / part / "segments", f"{keys[0]} {talk} 0.00 3.50",
                    f"{keys[1]} {talk} 3.50 4.00", f"{keys[2]} {talk} 4.25 6.50")  # fmt: skip
        write_lines(folder / part / "conv.list", talk)
    return folder


def slr57(folder: Path) -> Path:
    speech, texts = folder / "speech", folder / "transcripts"
    sound(speech / "train" / "yaounde" / "read" / "aaa" / "fabp-012-0034.wav", 2.0, 22050)
    write_lines(texts / "train" / "yaounde" / "fn_text.txt",
                "yaounde/read/aaa/fabp-012-0034.wav une bonne journée")  # fmt: skip
    sound(speech / "train" / "ca16" / "conv" / "gaf_ca16" / "a_b_0071_c_01.wav")
    write_lines(
        texts / "train" / "ca16_conv" / "transcripts.txt", "x/a_b_0071_c_01.tdf bonjour à vous"
    )
    sound(speech / "dev" / "niger_west_african_fr" / "n001" / "wafr_n001_1.wav")
    write_lines(texts / "dev" / "niger_west_african_fr" / "transcripts.txt",
                "wafr_n001_1 je viens de Niamey")  # fmt: skip
    sound(speech / "test" / "ca16" / "mm001" / "mm001_7.wav")
    write_lines(texts / "test" / "ca16" / "prompts.txt", "mm001/mm001_7.wav Quelle heure est-il?")
    return folder


def write_lines(file: Path, *lines: str) -> None:
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text("".join(f"{line}\n" for line in lines), encoding="utf-8")
