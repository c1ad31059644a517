"""The History page: the list of entries, search, the queue, and what can be done with an entry.

Entry point: `page.HistoryPage`. Must not know the other pages.
"""
