"""What happens on Record, Open and Cancel: recordings become jobs, jobs become text. No widgets.

Entry points: `session.Session`, `jobs`, `history_recorder` (keeps what the session does), `status`. Must not know
pages: it speaks by signals.
"""
