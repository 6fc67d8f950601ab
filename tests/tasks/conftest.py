"""A small folder of task files, in English and French, that is right as it stands."""

from __future__ import annotations

from pathlib import Path

import pytest

METER = """\
name: meter_reading
description: Takes the reading of a water meter.
requests:
  give_reading:
    answer: reading_taken
    examples:
      en:
        - I want to give you my meter reading
        - the meter stands at {reading}
      fr:
        - je veux donner le relevé de mon compteur
tool:
  name: record_reading
  side_effect: true
  confirmation: sure
  answered:
    en: {act: [(write | take) it down]}
    fr: {act: [notez le]}
  arguments:
    meter: {type: digits, length: 8, ask: ask_meter, read_back: true}
    reading: {type: number}
    code: {type: digits, secret: true, optional: true}
    colour: {type: choice, of: {red: {en: [red], fr: [rouge]}}, optional: true}
  result:
    status: {taken: [reading_taken], too_low: [reading_too_low]}
    next: date
answers:
  reading_taken:
    en: ["Thank you, I wrote down {reading}. The next one is due on {next}."]
    fr: ["Merci, j'ai noté {reading}. Le prochain est pour le {next}."]
  reading_too_low:
    en: [That is lower than the last one.]
    fr: [C'est moins que le précédent.]
spoken_by_code:
  ask_meter:
    en: ["Which number is on the meter?"]
    fr: ["Quel est le numéro du compteur ?"]
  sure:
    en: ["{reading}, shall I write that down?"]
    fr: ["{reading}, est-ce que je le note ?"]
"""
HOURS = """\
name: hours
description: Says when the desk is open.
requests:
  opening_hours:
    answer: hours
    examples:
      en: [when are you open, what are your hours]
      fr: [quand êtes-vous ouverts]
answers:
  hours:
    en: [We are open from nine to five.]
    fr: [Nous sommes ouverts de neuf heures à dix-sept heures.]
  goodbye:
    en: [Bye from the waterworks.]
    fr: [Au revoir.]
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "meter.yaml").write_text(METER, "utf-8")
    (tmp_path / "hours.yaml").write_text(HOURS, "utf-8")
    return tmp_path
