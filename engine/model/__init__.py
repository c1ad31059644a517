"""The network and its checkpoint on disk: features to log-probabilities.

Entry points: `checkpoint.load_checkpoint`, `bilstm_ctc`. Must not know audio or words.
"""
