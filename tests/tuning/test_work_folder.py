"""Where a tuning works: it takes no other's place, and says why it cannot go on."""

from __future__ import annotations

from pathlib import Path

import pytest

from voice.errors import VoiceError
from voice.tuning.work_folder import require_empty, require_name, work_folder


@pytest.mark.parametrize("out", [".", "..", "/", "my variant", "sw|KE", "-sw", "sw/.hidden"])
def test_a_folder_whose_name_no_model_can_have(out: str) -> None:
    with pytest.raises(VoiceError, match=r"--out .*: its last part becomes the model's name"):
        require_name(Path(out))


def test_what_lies_in_a_folder_is_not_written_over(tmp_path: Path) -> None:
    require_empty(tmp_path / "new")
    (tmp_path / "problems.txt").touch()
    require_empty(tmp_path, but=["problems.txt"])
    (tmp_path / "README.md").write_text("about us")

    with pytest.raises(VoiceError, match=r"holds README\.md already"):
        require_empty(tmp_path, but=["problems.txt"])
    with pytest.raises(VoiceError, match="Not a directory"):
        require_empty(tmp_path / "README.md")


def test_two_runs_at_once_do_not_disturb_each_other(tmp_path: Path) -> None:
    folder = tmp_path / "work"

    with work_folder(folder, {"another base": 1}):
        with (
            pytest.raises(VoiceError, match="work: another run is under way there"),
            work_folder(folder, {"another base": 1}),
        ):
            pass
        assert folder.is_dir()

    assert not folder.exists()


def test_what_the_disk_refuses_is_one_line_and_the_folder_stays(tmp_path: Path) -> None:
    folder = tmp_path / "work"

    with pytest.raises(VoiceError) as error, work_folder(folder, {"another base": 1}):
        (folder / "windows" / "0.npy").write_bytes(b"x")

    assert str(error.value) == f"{folder}: {folder}/windows/0.npy: No such file or directory"
    assert folder.is_dir()
