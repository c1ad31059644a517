"""The network and its checkpoint on disk: features to log-probabilities.

Entry points: `recogniser.load_recogniser`, `checkpoint.load_checkpoint`, `onnx_session.open_session`. Must not know
audio or words.
"""
