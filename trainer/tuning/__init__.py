"""A trained model adapted to one voice or taught new sentences, kept only if it got better.

Entry points: `tuning`, `lesson`, `interpolate`. Must not know widgets.
"""
