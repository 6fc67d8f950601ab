"""Suites as they are written down, and one clear line for each kind of mistake."""

from __future__ import annotations

from pathlib import Path

import pytest

from voice.errors import ConfigError
from voice.evaluation.callers import Goal
from voice.evaluation.suites.presets import LINES, NOISES
from voice.evaluation.suites.suite_file import load_suite

WHOLE = """
about: all that may be said
seeds: 3
callers:
  - name: one
    goal: [plan, {want: block_sim, agrees: false}]
    facts: ["{amount} euros"]
    persona: {customer: 2, number: withheld}
    dialect: {accent: en-gb-scotland, speed: 1.1}
    patience: impatient
    noise: {kind: hum, dbfs: -50}
    line: bad
    behaviour: [interrupts, hesitates, keys]
  - name: two
    goal: person
"""


def load(tmp_path: Path, text: str) -> str:
    """What is said of a wrong suite."""
    file = tmp_path / "suite.yaml"
    file.write_text(text)
    with pytest.raises(ConfigError) as error:
        load_suite(str(file))
    said = str(error.value)
    assert "\n" not in said and said.startswith(str(file))
    return said.removeprefix(str(file))


def test_what_a_suite_says_becomes_a_scenario(tmp_path: Path) -> None:
    file = tmp_path / "suite.yaml"
    file.write_text(WHOLE)
    suite = load_suite(str(file))
    one, two = suite.callers
    scenario = one.scenario({"amount": "42.17", "due": "", "plan": "", "data": ""})
    assert [step.goal for step in scenario.steps] == [Goal.PLAN, Goal.BLOCK_SIM]
    assert [step.interrupts for step in scenario.steps] == [False, True]
    assert not scenario.steps[1].agrees
    assert scenario.facts == ("42.17 euros",)
    assert (scenario.pin_by, scenario.hesitates) == ("keys", True)
    assert scenario.patience.rephrasings == 1
    assert one.line == LINES["bad"] and one.noise.dbfs == -50
    assert one.groups == {
        "caller": "one", "persona": "own", "dialect": "own", "patience": "impatient",
        "noise": "own", "line": "bad", "behaviour": "interrupts+hesitates+keys",
    }  # fmt: skip
    assert two.noise == NOISES["quiet"] and two.groups["behaviour"] == "plain"


def test_the_suite_of_the_package_is_found_by_its_name() -> None:
    assert len(load_suite("demo").callers) >= 12
    with pytest.raises(ConfigError, match=r"nothing: no such file, and no suite .* \(demo\)"):
        load_suite("nothing")


ONE = "callers:\n  - name: a\n    goal: plan\n"


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", ": expected keys and values"),
        ("- a\n", ": expected keys and values"),
        ("callers: [\n", ":2: not valid YAML: "),
        ("callers: []\n", ":1: callers: "),
        ("seeds: 3\n", ":1: callers: is missing"),
        ("seeds: 0\n" + ONE, ":1: seeds: "),
        ("seeds: many\n" + ONE, ":1: seeds: "),
        (ONE.replace("goal", "gaol"), ":3: callers.0.gaol: unknown key: did you mean goal?"),
        (ONE.replace("plan", "plane"), ":3: callers.0.goal.0.want: "),
        (ONE.replace("plan", "[]"), ":3: callers.0.goal: "),
        (ONE.replace("name: a", "name: a b"), ":2: callers.0.name: "),
        (ONE + "    noise: strete\n", "noise: no preset 'strete'; did you mean street?"),
        (ONE + "    noise: {kind: band}\n", "noise: no noise 'band'; there are: silence, "),
        (ONE + "    noise: {dbfs: 5}\n", "noise.dbfs: "),
        (ONE + "    line: {loss: 70}\n", "line.loss: "),
        (ONE + "    line: {los: 0.1}\n", "line.los: unknown key: did you mean loss?"),
        (ONE + "    dialect: welsh\n", "dialect: no preset 'welsh'; there are: plain, "),
        (ONE + "    patience: {wait_seconds: 0}\n", "patience.wait_seconds: "),
        (ONE + "    persona: {customer: -1}\n", "persona.customer: "),
        (ONE + "    behaviour: [sings]\n", ":4: callers.0.behaviour.0: "),
        (ONE + "    behaviour: [keys, speaks]\n", "keys and speaks exclude each other"),
        (ONE + '    facts: ["{amont} euros"]\n', "{amont}: the books say amount, due, plan"),
        (ONE + '    facts: ["{amount"]\n', "facts: "),
        (ONE + "    goal: plan\n", ":4: goal is there twice"),
        (ONE + "  - name: a\n    goal: person\n", ":4: callers.1.name: a is there twice"),
    ],
)
def test_a_mistake_is_one_line(tmp_path: Path, text: str, said: str) -> None:
    assert said in load(tmp_path, text)


def test_a_file_that_cannot_be_read_is_one_line(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match=r"gone\.yaml: No such file"):
        load_suite(str(tmp_path / "gone.yaml"))
    (tmp_path / "odd.yaml").write_bytes(b"about: \xff\xfe\n")
    with pytest.raises(ConfigError, match=r"odd\.yaml:1: is not UTF-8"):
        load_suite(str(tmp_path / "odd.yaml"))
