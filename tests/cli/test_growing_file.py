"""A file that another process still writes: its lines come when they are whole."""

from __future__ import annotations

import asyncio
from contextlib import aclosing
from pathlib import Path

from voice.cli.growing_file import lines_as_written


async def test_a_line_comes_once_it_is_whole_also_where_a_letter_was_cut_in_two(
    tmp_path: Path,
) -> None:
    file, line = tmp_path / "log", "café\n".encode()
    with file.open("wb", buffering=0) as writer:
        writer.write(line[:4])
        async with aclosing(lines_as_written(file)) as lines:
            coming = asyncio.ensure_future(anext(lines))
            await asyncio.sleep(0)
            assert not coming.done()
            writer.write(line[4:] + line)
            assert await asyncio.wait_for(coming, 5) == "café\n"
            assert await asyncio.wait_for(anext(lines), 5) == "café\n"
