"""Models made by others, in the layouts that onnx-asr reads, as models of this program.

Entry points: `recogniser.load_foreign`, `description.read_foreign`, `files.find_model`. Only `library` knows onnx-asr,
and is imported when such a model is opened. Must not know segments, events or the network.
"""
