"""Recorded calls in batch: each recording is a caller of the classes that answer the telephone.

`manifest` names recordings, `sound_files` reads them, `recorded_leg` plays one into a call in
virtual time, `recorded_call` judges what came of it. `run` does so for many, in `worker`
processes, and keeps one result each; `summary` and what follows it make the report of them.
"""
