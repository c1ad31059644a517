"""From feature caches to padded batches: augmentation, splicing, alignment, sounds without words.

Entry points: `training_data` (paths to examples by split), `batches`. Must not know the training loop.
"""
