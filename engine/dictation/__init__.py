"""Spoken commands, own words and numbers, applied to recognised words.

Entry point: `apply_commands`. Must not know audio, models or pages.
"""
