"""Training data without human transcribers: self-training, matched readings, synthetic speech.

Entry points: `self_training`, `match_readings`, `synthetic`. They write ordinary feature caches.
"""
