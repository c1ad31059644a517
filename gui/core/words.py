"""Sizes and times in the person's language."""

from pathlib import Path

from engine.text_marks import in_line
from gui.core.i18n import _, decimal

_KB, _MB, _GB = 1e3, 1e6, 1e9


def size_words(n_bytes: float) -> str:
    if n_bytes >= _GB:
        return _("{n} GB").format(n=decimal(n_bytes / _GB, 1))
    if n_bytes < 0.1 * _MB:
        return _("{n} kB").format(n=decimal(n_bytes / _KB, 1 if 0.05 * _KB <= n_bytes < 10 * _KB else 0))
    return _("{n} MB").format(n=decimal(n_bytes / _MB, 1 if n_bytes < 10 * _MB else 0))


def time_left(left_s: float | None) -> str:
    """ "40 s left"; rounded so that it does not flicker, empty where it is not known."""
    if left_s is None:
        return ""
    if left_s < 10:
        return _("a few seconds left")
    if left_s < 90:
        return _("{n} s left").format(n=round(left_s / 5) * 5)
    minutes = round(left_s / 60)
    if minutes < 60:
        return _("{n} min left").format(n=minutes)
    return _("{hours} h {minutes} min left").format(hours=minutes // 60, minutes=minutes % 60)


def duration_words(seconds: float) -> str:
    """ "40 s", "12 min", "3.5 h": of how much sound there is."""
    if seconds < 60:
        return _("{n} s").format(n=round(seconds))
    if seconds < 3600:
        return _("{n} min").format(n=round(seconds / 60))
    return _("{n} h").format(n=decimal(seconds / 3600, 1))


def clock_time(seconds: float) -> str:
    """ "0:07", "12:30", "1:02:03"."""
    minutes, seconds = divmod(int(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02}:{seconds:02}" if hours else f"{minutes}:{seconds:02}"


def shown_name(path: Path) -> str:
    """A file's name as it may stand in a sentence or a list, whatever is in it."""
    return in_line(path.name)


def track_words(number: int, name: str) -> str:
    """ "Sound track 2 (eng)"."""
    if name:
        return _("Sound track {number} ({name})").format(number=number, name=name)
    return _("Sound track {number}").format(number=number)
