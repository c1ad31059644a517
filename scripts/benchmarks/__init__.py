"""Benchmarks: measured figures, no tests. `make bench` runs them all."""
