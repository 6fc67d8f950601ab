"""The parts of bench_scale.py: what more than one process or machine brings, each in a file."""
