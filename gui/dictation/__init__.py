"""The Dictation page: the page of text, the round button, and what is offered at the start.

Entry point: `dictation_page.DictationPage`. Must not know the other pages.
"""
