"""From log-probabilities to words with times and confidence: greedy, or beam search with a language model.

Entry points: `greedy`, `beam`, `beam_loader` (language model and own words, loaded beside the network). Must not know
audio or the network: it takes an array of log-probabilities.
"""
