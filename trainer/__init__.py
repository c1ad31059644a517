"""From a corpus to a checkpoint: feature cache, batches, training loop, error rates."""
