"""Both engines read the same sound in processes of their own, for one call and for several."""

from __future__ import annotations

from pathlib import Path

import pytest

from voice.errors import VoiceError
from voice.evaluation.people.engine_process import Engine, engine_process, environment_of
from voice.evaluation.people.final_times import hold_round, own_engine, pipecat_engine


def test_ours_counts_its_own_threads_and_pipecats_has_all_cores_when_alone() -> None:
    own = {"OMP_NUM_THREADS": "7", "HOME": "/root"}
    assert environment_of("own", 1, own)["OMP_NUM_THREADS"] == "1"
    assert environment_of("pipecat", 8, own)["OMP_NUM_THREADS"] == "1"
    assert "OMP_NUM_THREADS" not in environment_of("pipecat", 1, own)
    assert environment_of("pipecat", 1, own)["HF_HUB_OFFLINE"] == "1"


@pytest.mark.calls
@pytest.mark.parametrize(("engine", "calls"), [("own", 1), ("own", 2), ("pipecat", 1)])
async def test_each_file_of_each_call_has_its_time(
    people: Path, embedded_recogniser_path: Path, engine: Engine, calls: int
) -> None:
    file = people / "digits" / "1_ann_0.wav"
    async with engine_process(engine, str(embedded_recogniser_path), calls) as process:
        for _ in range(2):
            times = await process.hold([[file]] * calls)
            assert [len(own) for own in times] == [1] * calls
            assert all(one > 0 for own in times for one in own)


async def test_a_model_that_is_none_is_one_line(tmp_path: Path) -> None:
    with pytest.raises(VoiceError, match="the own engine did not load"):
        async with engine_process("own", str(tmp_path), 1):
            pass


async def test_both_engines_understand_what_was_said(
    people: Path, embedded_recogniser_path: Path
) -> None:
    """Each has a result, in as many lists as there are calls, whatever machine this is."""
    files = [[str(people / "digits" / "2_bob_0.wav")] * 2]
    for make in (own_engine, pipecat_engine):
        (times,) = await hold_round(make(str(embedded_recogniser_path), 1), files, 0.0)
        assert len(times) == 2
