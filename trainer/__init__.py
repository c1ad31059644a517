"""From a corpus to a checkpoint. Knows no window.

`download` and `made_speech` get recordings, `corpus` checks them and makes feature caches, `dataset` makes batches,
`training` trains, `tuning` adapts a model to a voice, `evaluation` measures, `language_model` counts words; `cli` has
the verbs of the command line.
"""
