"""The application: the window with its pages, settings put into force, dictation beyond the window.

Entry point: `app`. The only room that knows every other room of the window; nothing imports it but `main`.
"""
