"""From text to a language model: counted, smoothed, pruned and written for KenLM.

Entry points: `build`, `leakage_filter` (keeps test sentences out). Must not know audio or networks.
"""
