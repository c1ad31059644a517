"""The punctuation model: written texts are parsed, stretches are drawn from them, and the model is trained and
evaluated.

Entry points: `training`, `measure`. Must not know recordings, only their transcripts.
"""
