"""What every part of the window needs: settings, shortcuts, languages, tasks on threads, the log.

Entry points: `settings.Settings`, `shortcuts`, `i18n`, `tasks` (the one meeting point of threads and Qt). Must not
know widgets, pages or the session.
"""
