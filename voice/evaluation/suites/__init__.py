"""Suites of simulated callers: thousands of calls before a model goes live.

`suite_file` reads what a suite is, with the words of `presets`. Every caller of it calls once for
each seed, in virtual time (`virtual_calls`) or over SIP (`sip_calls`), on the workers of
`voice.evaluation.batch`; `summary` makes pass@k and pass^k of what came of it.
"""
