"""Synthesised telephone speech with its text and its phone times: what the recogniser learns from.

`text` says what is spoken, `espeak` and `festival` speak it and tell when each phone was spoken,
`conversion` turns a recording into another speaker, and `shards` writes the result, after a
telephone line, in files that a training reads while more are being made.
"""
