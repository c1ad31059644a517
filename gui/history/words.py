"""How an entry of the history is told: its name, its day, its length and its state, in the person's language."""

import re
from datetime import date, datetime, timedelta
from pathlib import Path

from PySide6.QtCore import QLocale

from engine.history.entry import Entry, Kind, State, Totals
from engine.paths import model_name, shipped_checkpoint
from engine.text_marks import in_line
from gui.core.file_names import dictation_file, dictation_title
from gui.core.i18n import _, ngettext, translate_error, translate_note, window_locale
from gui.core.words import clock_time, size_words
from trainer.training.model_list import clean_name

ICONS = {Kind.RECORDING: "microphone-outline", Kind.FILE: "file-music-outline"}
_BREAK, _BREAKABLE = "\N{ZERO WIDTH SPACE}", re.compile(r"[/\\]|[^\s/\\]{24}")
STATE_ICONS = {
    State.RECORDING: "record-circle-outline",
    State.WAITING: "clock-outline",
    State.READING: "text-recognition",
    State.FAILED: "alert-outline",
    State.CANCELLED: "close-circle-outline",
}


def title_words(entry: Entry) -> str:
    """Its name; of a recording without one, when it was made."""
    if entry.title:
        return in_line(entry.title)
    made = datetime.fromtimestamp(entry.created)
    return _("Dictation at {time}").format(time=window_locale().toString(made.time(), QLocale.FormatType.ShortFormat))


def full_title(entry: Entry) -> str:
    """The same away from the list, which has the day beside it."""
    return in_line(entry.title) or dictation_title(datetime.fromtimestamp(entry.created))


def file_name(entry: Entry) -> str:
    """Of its text, without an ending: the entry's own name, else that of its recording or when it was dictated."""
    title = entry.title if entry.title != entry.source.name else ""
    if not title and entry.kind is Kind.RECORDING:
        return dictation_file(datetime.fromtimestamp(entry.created))
    return clean_name(title) or clean_name(entry.source.stem) or "text"


def day_words(created: float) -> str:
    """ "Today", "Yesterday", else the date."""
    day, today = datetime.fromtimestamp(created).date(), date.today()
    if day == today:
        return _("Today")
    if day == today - timedelta(days=1):
        return _("Yesterday")
    return window_locale().toString(day, QLocale.FormatType.ShortFormat)


def length_words(entry: Entry) -> str:
    return clock_time(entry.duration_s) if entry.duration_s else ""


def state_words(entry: Entry, fraction: float | None = None) -> str:
    """What is to be said of an entry that is not simply there to be read; else empty. fraction: of it that was read."""
    match entry.state:
        case State.RECORDING:
            return _("Being recorded")
        case State.WAITING:
            return _("Waiting")
        case State.READING:
            return _("Transcribing") if fraction is None else _("Transcribing, {n} %").format(n=int(100 * fraction))
        case State.FAILED:
            failure = entry.failure
            return translate_error(failure) if failure is not None else _("Not transcribed")
        case State.CANCELLED:
            return _("Not transcribed to its end")
        case State.DONE if not entry.text:
            notes = [translate_note(note) for note in entry.notes]
            return " ".join([_("No speech was recognised."), *notes]) if notes else _("No speech was recognised")
        case State.DONE:
            return " ".join(map(translate_note, entry.notes))
    return ""


def spoken(entry: Entry, fraction: float | None = None) -> str:
    """All of it, for a screen reader."""
    head = (title_words(entry), day_words(entry.created), length_words(entry), state_words(entry, fraction))
    return ", ".join(part for part in (*head, entry.text) if part)


def tip(entry: Entry) -> str:
    """What there is no room for in the list."""
    return "\n".join([title_words(entry), *_facts(entry, QLocale.FormatType.LongFormat)])


def details(entry: Entry) -> str:
    """The same for those who do not point at it. A line may be broken between folders and within a long name."""
    return _BREAKABLE.sub(rf"\g<0>{_BREAK}", " · ".join(_facts(entry, QLocale.FormatType.ShortFormat)))


def _facts(entry: Entry, how: QLocale.FormatType) -> list[str]:
    facts = [window_locale().toString(datetime.fromtimestamp(entry.created), how), in_line(str(entry.source))]
    model = entry.model if entry.state in (State.DONE, State.CANCELLED) else None
    if model == str(shipped_checkpoint()):
        facts.append(_("Transcribed with the model that came with the program"))
    elif model:
        facts.append(_("Transcribed with the model {name}").format(name=model_name(Path(model))))
    if entry.failure is not None:
        facts.append(translate_error(entry.failure))
    facts += map(translate_note, entry.notes)
    return facts


def totals_words(totals: Totals) -> str:
    """ "12 entries, 1:02:03 of sound, 34 MB on disk"."""
    words = ngettext("{n} entry", "{n} entries", totals.n_entries).format(n=window_locale().toString(totals.n_entries))
    if totals.duration_s:
        words += ", " + _("{time} of sound").format(time=clock_time(totals.duration_s))
    return words + ", " + _("{size} on disk").format(size=size_words(totals.n_bytes))
