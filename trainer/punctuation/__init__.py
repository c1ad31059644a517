"""A model of punctuation: written texts read, stretches drawn from them, trained, weighed and measured.

Entry points: `training`, `measure`. Must not know recordings but by their transcripts.
"""
