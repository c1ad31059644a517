"""The network of the second reading: trained on sentences from texts, and saved in a language model's folder.

Entry point: `training.train`. Must not know recordings, only their transcripts.
"""
