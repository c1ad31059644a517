"""How well a model recognises: character and word error rates on held-out recordings.

Entry points: `evaluate`, `metrics`. Must not know training.
"""
