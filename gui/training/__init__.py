"""The Trainer page: recordings, a training run with its curve, models, and taught sentences.

Entry point: `page.TrainerPage`. Must not know the other pages.
"""
