"""The network of the second reading: sentences drawn from texts, trained, and put into a language model's folder.

Entry point: `training.train`. Must not know recordings but by their transcripts.
"""
