"""The My voice page: sentences read aloud, what the model hears in them, and a model tuned on them.

Entry point: `page.VoicePage`. Must not know the other pages.
"""
