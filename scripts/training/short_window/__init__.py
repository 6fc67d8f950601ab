"""Teaches Whisper to read windows that are hardly longer than the speech in them.

What a short window lacks is the silence behind it: the decoder runs on, and the encoder's last
states differ. The decoder is given states of silence (`silence.npy`); the encoder learns by
self-distillation, from its own states in a 10 s window, without any transcript.
"""
