"""Recorded people instead of synthesizers: what is understood of them, and how soon.

Whose recordings these are is the user's affair: `VOICE_TEST_DATA` names a folder with `speech/`
(a table of recordings with their texts) and `digits/` (single digits of some speakers). `speech`
and `digits` read them, `scores` has them recognised, `noises` makes what holds no words,
`final_times` compares speed with the recogniser that pipecat brings.
"""
