"""Names of files: what a dictation is called, as a title and as a file, and which endings there are."""

from collections.abc import Sequence
from contextlib import suppress
from datetime import date, datetime
from pathlib import Path

from PySide6.QtCore import QLocale

from gui.core.i18n import _, language, window_locale

STAMP = "%Y-%m-%d_%H-%M-%S"  # of a recording's file
_STAMP_LETTERS = 19


def recorded_at(name: str) -> datetime | None:
    """When the recording of that file name was begun; None where its name does not say so."""
    with suppress(ValueError):
        return datetime.strptime(name[:_STAMP_LETTERS], STAMP)
    return None


def dictation_title(moment: datetime) -> str:
    """ "Dictation of 30/11/2026, 20:17", as the window's language writes it."""
    day, time = (
        window_locale().toString(part, QLocale.FormatType.ShortFormat) for part in (moment.date(), moment.time())
    )
    return _("Dictation of {date}, {time}").format(date=day, time=time)


def dictation_file(moment: datetime) -> str:
    """ "Dictation 2026-11-30 20-17": a file's name, without an ending, that sorts by time."""
    return _("Dictation {date}").format(date=moment.strftime("%Y-%m-%d %H-%M"))


def day_stamp(day: date) -> str:
    """A day in the name of something that is made: 2026-11-30, in Russian 30.11.2026."""
    return day.strftime("%d.%m.%Y" if language() == "ru" else "%Y-%m-%d")


def page_names(sources: Sequence[str], is_dictation: bool, now: datetime) -> tuple[str, str]:
    """Title and file name, without an ending, of a page with the text of these recordings.

    One file gives its own name; else it is called by the time of its first recording, or now.
    """
    if len(sources) == 1 and not is_dictation:
        return sources[0], Path(sources[0]).stem
    moment = next(filter(None, map(recorded_at, sources)), now)
    return dictation_title(moment), dictation_file(moment)


def text_formats() -> dict[str, str]:
    """Each of engine.transcript.export.FORMATS, which is also its file's ending, and what a person calls it."""
    return {
        "txt": _("Text"),
        "srt": _("Subtitles"),
        "vtt": _("Web subtitles"),
        "docx": _("Word document"),
        "json": _("Text with times, for programs"),
    }
