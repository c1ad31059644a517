"""How well a model recognises: character and word error rates on held-out recordings.

Entry points: `evaluate`, `held_out_sets`, `metrics`. Must not know training.
"""
