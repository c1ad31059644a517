"""Marks and capitals for recognised words: what the model is asked, and what of its answers is settled.

Entry points: `labels` (marks and forms), `running_labels` (of a recording as it comes). Must not know how words are
laid out as text: `engine.dictation` writes them.
"""
