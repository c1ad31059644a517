"""Recordings to train on, as a person sees them: download, folders, and what the check found.

Entry points: `corpus_panel.CorpusPanel`, `download_panel.DownloadPanel`. Must not know pages.
"""
