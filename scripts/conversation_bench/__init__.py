"""The parts of `bench_conversation.py`.

On the wire: `wire_caller` dials and notes, `wire_turns` and `interruptions` judge what it noted,
`stock/` is the other side, `comparison` sets both side by side. In virtual time: `virtual_house`
holds calls, `manners` are callers who dictate, nod or have an echo, `dialogues` are the difficult
ones of `difficult_callers.yaml`, judged by `dialogue_judge`.
"""
