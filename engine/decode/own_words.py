"""The person's own words: a UTF-8 file with one word or phrase a line, which recognition prefers.

A line is written as it should come out: `Яндекс`, `ООО «Ромашка»`. Where it is not said as it is written, what is said
stands behind an equals sign: `iPhone = айфон`.
"""

import logging
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from engine.alphabet import Alphabet, normalise
from engine.decode.transliteration import transliterated
from engine.errors import OwnWordsUnreadable
from engine.paths import own_words_file
from engine.system.atomic_files import write_atomic
from engine.system.bounded_read import read_bounded
from engine.system.cyrillic_text import decode_text
from engine.text_marks import N_

log = logging.getLogger(__name__)
_MOST_BYTES = 10_000_000
_STRESS = re.compile("[\u0300\u0301]|\\+(?=[аеёиоуыэюя])", re.IGNORECASE)


@dataclass(frozen=True)
class BadLine:
    """An unusable line: its number from 1, its text, and the reason."""

    number: int
    text: str
    reason: str


@dataclass(frozen=True)
class OwnWord:
    """written: as the person spells it; spoken: as recognised, normalised; is_guess: spoken is a transliteration."""

    written: str
    spoken: str
    is_guess: bool = False


@dataclass(frozen=True)
class OwnWords:
    """entries: in order, each spoken form once."""

    entries: tuple[OwnWord, ...] = ()
    bad: tuple[BadLine, ...] = ()

    @property
    def words(self) -> tuple[str, ...]:
        """The spoken forms of words and phrases."""
        return tuple(entry.spoken for entry in self.entries)

    @property
    def spelling(self) -> tuple[tuple[str, str], ...]:
        """Spoken and written forms, for `engine.dictation.own_spelling`."""
        return tuple((entry.spoken, entry.written) for entry in self.entries)


def parse_own_words(text: str) -> OwnWords:
    """Parses lines as typed by a person; empty ones are skipped."""
    entries: dict[str, OwnWord] = {}
    bad: list[BadLine] = []
    for number, line in enumerate(text.splitlines(), start=1):
        if not line.strip():
            continue
        entries_of_line = list(_parsed(line))
        reason = next((reason for entry in entries_of_line if (reason := _why_unusable(entry))), "")
        if reason:
            bad.append(BadLine(number, line.strip(), reason))
        else:
            for entry in entries_of_line:
                entries.setdefault(entry.spoken, entry)
    return OwnWords(tuple(entries.values()), tuple(bad))


def _parsed(line: str) -> Iterator[OwnWord]:
    """`Яндекс` is spoken as written; `iPhone = айфон, айфончик` gives its spoken forms."""
    written, equals, spoken = line.partition("=")
    written = " ".join(written.split())
    if equals:
        yield from (OwnWord(written, normalise(form)) for form in spoken.split(","))
        return
    written = _STRESS.sub("", written).rstrip(" ,;:.!?")
    normal = normalise(written)
    guess = normalise(transliterated(written))
    yield OwnWord(written, guess, is_guess=guess != normal) if Alphabet().foreign(normal) else OwnWord(written, normal)


def _why_unusable(entry: OwnWord) -> str:
    """Why an entry cannot be used; empty if it can."""
    if not entry.written or not entry.spoken:
        return N_("it has no letters")
    return N_("it has signs that are no Russian letters") if Alphabet().foreign(entry.spoken) else ""


def read_own_words(path: Path | None = None) -> OwnWords:
    """path: None means the person's own file. A missing file has no words. Raises OwnWordsUnreadable."""
    return parse_own_words(read_text(path or own_words_file()))


def read_spelling(path: Path | None = None) -> tuple[tuple[str, str], ...]:
    """OwnWords.spelling of the file; empty if it cannot be read, which recognition reports."""
    try:
        return read_own_words(path).spelling
    except OwnWordsUnreadable as error:
        log.warning("own words are written as they are heard", exc_info=error)
        return ()


def write_own_words(text: str, path: Path | None = None) -> OwnWords:
    """Saves the text as typed, including bad lines, so that they can be corrected. Raises StorageError."""
    text = "".join(f"{line.rstrip()}\n" for line in text.splitlines())
    write_atomic(path or own_words_file(), text)
    return parse_own_words(text)


def import_own_words(source: Path, path: Path | None = None) -> OwnWords:
    """Adds the lines of another file, UTF-8 or as Notepad writes, that are not there yet.

    Raises OwnWordsUnreadable, StorageError.
    """
    new_text = _foreign_text(Path(source))
    have = read_text(path or own_words_file()).splitlines()
    known = {normalise(line) for line in have}
    new = [line for line in new_text.splitlines() if line.strip() and normalise(line) not in known]
    return write_own_words("\n".join([*have, *new]), path)


def _foreign_text(source: Path) -> str:
    try:
        content = read_bounded(source, _MOST_BYTES)
    except FileNotFoundError as error:
        raise OwnWordsUnreadable(path=source, reason="there is no such file") from error
    except OSError as error:
        raise OwnWordsUnreadable(path=source, reason=error.strerror or str(error)) from error
    except ValueError as error:
        raise OwnWordsUnreadable(path=source, reason="it is too large") from error
    text = decode_text(content)
    if not {"\0", "\ufffd"} & set(text):
        return text
    raise OwnWordsUnreadable(path=source, reason="it is no UTF-8 text")


def export_own_words(target: Path, path: Path | None = None) -> None:
    """Copies the list. Raises OwnWordsUnreadable, StorageError."""
    write_atomic(target, read_text(path or own_words_file()))


def read_text(path: Path) -> str:
    """The text of the list, including bad lines; empty without a file. Raises OwnWordsUnreadable."""
    try:
        if Path(path) != own_words_file() and Path(path).exists():  # the person wrote it elsewhere
            return _foreign_text(Path(path))
        return Path(path).read_text(encoding="utf-8-sig")
    except (FileNotFoundError, NotADirectoryError):
        return ""
    except UnicodeDecodeError as error:
        raise OwnWordsUnreadable(path=path, reason="it is no UTF-8 text") from error
    except OSError as error:
        raise OwnWordsUnreadable(path=path, reason=error.strerror or str(error)) from error
