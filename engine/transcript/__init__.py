"""The text of a recording as a person edits and exports it; every word keeps its time.

Entry points: `document.Document`, `alignment` (an edited text beside the recognised words), `export`. Must not know
audio or models.
"""
