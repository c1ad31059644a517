"""The person's own words: a UTF-8 file with one word or phrase a line, which recognition prefers."""

from dataclasses import dataclass
from pathlib import Path

from engine.alphabet import Alphabet, normalise
from engine.errors import OwnWordsUnreadable
from engine.paths import own_words_file
from engine.system.atomic_files import write_atomic


@dataclass(frozen=True)
class BadLine:
    """A line that cannot be used: its number from 1, what stands there, and why not."""

    number: int
    text: str
    reason: str


@dataclass(frozen=True)
class OwnWords:
    """words: normalised words and phrases, each once, in order."""

    words: tuple[str, ...] = ()
    bad: tuple[BadLine, ...] = ()


def parse_own_words(text: str) -> OwnWords:
    """Lines as a person types them; empty ones are passed over."""
    words: dict[str, None] = {}
    bad: list[BadLine] = []
    for number, line in enumerate(text.splitlines(), start=1):
        normal = normalise(line)
        if not line.strip():
            continue
        if not normal:
            bad.append(BadLine(number, line.strip(), reason="it has no letters"))
        elif Alphabet().foreign(normal):
            bad.append(BadLine(number, line.strip(), reason="it has signs that are no Russian letters"))
        else:
            words[normal] = None
    return OwnWords(tuple(words), tuple(bad))


def read_own_words(path: Path | None = None) -> OwnWords:
    """path: None means the person's own file. No file, no words. Raises OwnWordsUnreadable."""
    return parse_own_words(read_text(path or own_words_file()))


def write_own_words(text: str, path: Path | None = None) -> OwnWords:
    """Keeps the text as it was typed, bad lines too, so that they can be mended. Raises StorageError."""
    text = "".join(f"{line.rstrip()}\n" for line in text.splitlines())
    write_atomic(path or own_words_file(), text)
    return parse_own_words(text)


def import_own_words(source: Path, path: Path | None = None) -> OwnWords:
    """Adds the lines of another file that are not there yet. Raises OwnWordsUnreadable, StorageError."""
    if not Path(source).exists():
        raise OwnWordsUnreadable(path=source, reason="there is no such file")
    have = read_text(path or own_words_file()).splitlines()
    known = {normalise(line) for line in have}
    new = [line for line in read_text(source).splitlines() if line.strip() and normalise(line) not in known]
    return write_own_words("\n".join([*have, *new]), path)


def export_own_words(target: Path, path: Path | None = None) -> None:
    """Copies the list. Raises OwnWordsUnreadable, StorageError."""
    write_atomic(target, read_text(path or own_words_file()))


def read_text(path: Path) -> str:
    """The list as it stands in its file, bad lines too; empty without one. Raises OwnWordsUnreadable."""
    try:
        return Path(path).read_text(encoding="utf-8-sig")
    except FileNotFoundError:
        return ""
    except UnicodeDecodeError as error:
        raise OwnWordsUnreadable(path=path, reason="it is no UTF-8 text") from error
    except OSError as error:
        raise OwnWordsUnreadable(path=path, reason=error.strerror or str(error)) from error
