"""Marks and capitals for recognised words: the model's input, its output, and which of it is settled.

Entry points: `labels` (marks and forms), `running_labels` (of a recording in progress). Must not know how words are
laid out as text: `engine.dictation` writes them.
"""
