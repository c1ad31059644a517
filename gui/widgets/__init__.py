"""Widgets without a subject: rows, forms, lists, dialogs, messages, and the theme.

Entry points: `theme`, `form`, `job_panel`, `message_bar`, `dialogs`. Must not know pages, recordings or models.
"""
