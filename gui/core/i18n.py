"""Which language the window speaks, and the sentences in it.

The English sentences in the code are the message ids. A translation is `resources/locale/<language>.po`, read
as it is at the start; no compiled catalogue is kept beside it that could lag behind.
"""

import gettext
import io
import locale
import os
import sys
from collections.abc import Iterable, Mapping
from textwrap import shorten

import polib
from PySide6.QtCore import QLocale

from engine.errors import DiktovkaError, readable, with_whole_reason
from engine.notes import Note
from engine.paths import resource
from engine.text_marks import N_ as N_  # for those who have the window's language from here

LANGUAGES = ("en", "ru")


# What the operating system gives as the reason of a failure (strerror), as far as a person may meet it here.
SYSTEM_REASONS = (
    N_("Disk quota exceeded"),
    N_("File exists"),
    N_("File name too long"),
    N_("Input/output error"),
    N_("Is a directory"),
    N_("No space left on device"),
    N_("No such file or directory"),
    N_("Not a directory"),
    N_("Operation not permitted"),
    N_("Permission denied"),
    N_("Read-only file system"),
    N_("Too many open files"),
)

_LONGEST_REASON = 200
_DECIMAL_POINTS = {"en": ".", "ru": ","}

_catalogue: gettext.NullTranslations = gettext.NullTranslations()
_language = "en"


def _preferences(environ: Mapping[str, str], platform: str) -> Iterable[str | None]:
    """Names of locales, the most wanted first, as GNU gettext asks for them, but for Windows and macOS."""
    yield environ.get("DIKTOVKA_LANGUAGE")
    named = next((environ[name] for name in ("LC_ALL", "LC_MESSAGES", "LANG") if environ.get(name)), None)
    if named and named.partition(".")[0] not in ("C", "POSIX"):
        yield from environ.get("LANGUAGE", "").split(":")
        yield named
    elif platform in ("win32", "darwin"):
        yield locale.getlocale()[0]


def system_language(environ: Mapping[str, str] = os.environ, platform: str = sys.platform) -> str:
    """The first of LANGUAGES that the user's settings ask for; English where they ask for none of them.

    DIKTOVKA_LANGUAGE goes before LANGUAGE, LC_ALL, LC_MESSAGES and LANG.
    """
    for wanted in _preferences(environ, platform):
        name = (wanted or "").lower()
        if name.startswith("russian"):  # the names of Windows: Russian_Russia
            return "ru"
        code = name.replace("-", "_").partition("_")[0].partition(".")[0]
        if code in LANGUAGES:
            return code
    return "en"


def install(language: str | None = None) -> str:
    """Makes the functions below speak a language of LANGUAGES, None for the system's; returns which it is.

    Raises ValueError for a language that there is no translation into.
    """
    global _catalogue, _language
    chosen = language or system_language()
    if chosen not in LANGUAGES:
        raise ValueError(f"there is no translation into {chosen!r}, only {', '.join(LANGUAGES)}")
    _catalogue = gettext.NullTranslations() if chosen == "en" else _read(chosen)
    _language = chosen
    return chosen


def language() -> str:
    """The one that `install` chose, as "en" or "ru"."""
    return _language


def _read(language: str) -> gettext.GNUTranslations:
    catalogue = polib.pofile(str(resource(f"locale/{language}.po")))
    return gettext.GNUTranslations(io.BytesIO(catalogue.to_binary()))


def _(message: str) -> str:
    return _catalogue.gettext(message)


def ngettext(singular: str, plural: str, n: int) -> str:
    """The form that goes with n things: `ngettext("{n} file", "{n} files", n).format(n=n)`."""
    return _catalogue.ngettext(singular, plural, n)


def brief(text: str) -> str:
    """The first line of what a library said, which may be a page; not too long for a sentence."""
    first_line = text.strip().partition("\n")[0]
    return shorten(first_line.rstrip("."), _LONGEST_REASON, placeholder="…")


def _first_line(name: str, value: object) -> object:
    """Of what a library said; a name is kept whole, whatever is in it."""
    is_of_library = isinstance(value, str) and name in ("reason", "detail")
    return value.strip().partition("\n")[0] if is_of_library else value


def decimal_point() -> str:
    return _DECIMAL_POINTS[_language]


def decimal(value: float, digits: int) -> str:
    """A number as the window's language writes it, rounded to so many digits after the point."""
    return f"{value:.{digits}f}".replace(".", decimal_point())


def translate_note(note: Note) -> str:
    """What is to know of a recording, in the window's language."""
    fields = {name: decimal(value, 1) if isinstance(value, float) else value for name, value in note.fields}
    return _(note.template).format(**fields)


def translate_error(error: DiktovkaError) -> str:
    """The error's sentence in the window's language, and its reason too where the catalogue has it."""
    fields = {name: readable(_first_line(name, value)) for name, value in error.fields.items()}
    fields = {name: decimal(value, 1) if isinstance(value, float) else value for name, value in fields.items()}
    reason = fields.get("reason")
    if isinstance(reason, DiktovkaError):
        fields["reason"] = translate_error(reason).removesuffix(".")
    elif isinstance(reason, str) and reason:
        fields = with_whole_reason(error.template, fields | {"reason": _(reason)}, brief)
        fields["reason"] = brief(fields["reason"])
    return _(error.template).format(**fields)


def window_locale() -> QLocale:
    """The system's own way, where it speaks the language of the window."""
    system = QLocale.system()
    return system if system.name().startswith(language()) else QLocale(language())
