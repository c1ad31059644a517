"""Recordings that nobody transcribed or nobody spoke: self-training, matched readings, synthetic speech.

Entry points: `self_training`, `match_readings`, `synthetic`. What they write is an ordinary feature cache.
"""
