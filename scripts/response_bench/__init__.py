"""The parts of bench_response.py: what is measured of the response step, each in a file."""
