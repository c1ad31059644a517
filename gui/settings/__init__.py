"""The Settings page: a table of sections, one module a section.

Entry point: `page.SettingsPage`; a new section is a line in `sections`. Must not know the other pages.
"""
