"""Tuning: variants of a recogniser for dialects and languages, learned from recorded speech.

`speech_data` reads corpora and manifests; `tune_dialect` makes a variant of them. What computes
with torch or scipy needs the extra `train`, and is imported where it is used.
"""
