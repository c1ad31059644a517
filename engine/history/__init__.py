"""Every recording and opened file with its transcript, in SQLite with full-text search.

Entry points: `store.History`, `entry.Entry`. Must not know threads, recognition or widgets.
"""
