"""A tuning or lesson behind the window: its job, its panel, and its outcome until kept or thrown away.

Entry points: `job`, `panel.TuningPanel`, `outcome`. Must not know pages.
"""
