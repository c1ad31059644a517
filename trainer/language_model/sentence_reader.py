"""Text files -> a stream of words, for a language model."""

import gzip
import lzma
import re
import zlib
from array import array
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TextIO

import numpy as np

from engine.alphabet import RUSSIAN_LETTERS, fold_yo, normalise
from engine.system.cyrillic_text import ENCODINGS, encoding_of
from trainer.errors import CorpusError
from trainer.language_model.corpus_sentences import training_sentences

END = 0  # ends a sentence in a stream of words
_OPENERS: dict[str, Callable[..., TextIO]] = {".xz": lzma.open, ".gz": gzip.open}
# A sentence ends at a full stop and the like before a capital; dashes, quotes and brackets may be between.
_SENTENCE_END = re.compile(r"[.!?…][\"»”)\]]*\s+(?=[^\w]*[А-ЯЁA-Z])")
_SAMPLE_BYTES = 100_001
_LONGEST_LINE = 1 << 20
_WORD = re.compile(f"[{RUSSIAN_LETTERS}]+")
# Other single letters are abbreviations, which are not pronounced as they are written.
_ONE_LETTER_WORDS = frozenset("авбжикосуэя")
# These words show whether a line's writer uses ё at all; names alone do not show it.
_ALWAYS_YO = frozenset({"ещё", "её", "неё", "моё", "твоё", "своё"})
_NEVER_YO = frozenset(fold_yo(word) for word in _ALWAYS_YO)


def sentences(line: str) -> list[str]:
    """The sentences of a line, normalised as transcripts are; empty ones left out."""
    return [normal for part in _SENTENCE_END.split(line) if (normal := normalise(part))]


def is_word(text: str) -> bool:
    """Whether a normalised word is pronounced as written: Russian letters, no digits, no single consonants."""
    return bool(_WORD.fullmatch(text)) and (len(text) > 1 or text in _ONE_LETTER_WORDS)


@contextmanager
def _opened(path: Path) -> Iterator[TextIO]:
    """Opens a text file in any encoding of Russian, which may be compressed. Raises CorpusError."""
    opener = _OPENERS.get(Path(path).suffix, open)
    try:
        with opener(path, "rb") as file:
            encoding = encoding_of(file.read(_SAMPLE_BYTES))
        encoding = "utf-8-sig" if encoding == "utf-8" else encoding
        errors = "replace" if encoding in ENCODINGS else "strict"
        with opener(path, "rt", encoding=encoding, errors=errors) as lines:
            yield lines
    except (OSError, EOFError, lzma.LZMAError, zlib.error) as error:
        raise CorpusError(path=path, reason=str(error)) from error
    except UnicodeDecodeError as error:
        raise CorpusError(path=path, reason="it is no UTF-8 text") from error


def lines_of(path: Path) -> Iterator[str]:
    """The lines of a text file, which may be compressed, or the training texts of a corpus. Raises CorpusError.

    Long lines are split, because a small compressed file may hold one that exceeds the memory.
    """
    if Path(path).is_dir():
        yield from training_sentences(path)
        return
    with _opened(path) as lines:
        yield from iter(lambda: lines.readline(_LONGEST_LINE), "")


@dataclass(frozen=True)
class Text:
    """Everything read so far. `ё` is folded into `е`.

    words: all words by number; number 0 is the end of a sentence. stream: int32, the words in order, END after each
    sentence. dotted: number of lines in which each word occurred with a `ё`. spellings: number of lines, of those whose
    writer uses the letter, in which each word that may have a `ё` occurred with or without it.
    """

    words: list[str]
    stream: np.ndarray
    dotted: Counter[str]
    spellings: Counter[str]


class Reader:
    """Reads text files and corpora into one common numbering of words.

    texts: results of `read_all`, one for each path; the last one has all words.
    """

    def __init__(self) -> None:
        self._number: dict[str, int] = {"</s>": END}
        self._dotted: Counter[str] = Counter()
        self._spellings: Counter[str] = Counter()
        self.texts: list[Text] = []

    def read(self, path: Path, every: int = 20_000) -> Iterator[int | Text]:
        """Yields the number of words so far after every `every` lines, and at the end the Text. Raises CorpusError."""
        number, stream = self._number, array("i")
        for i, line in enumerate(lines_of(path), start=1):
            line_sentences = sentences(line)
            self._learn_yo({*" ".join(line_sentences).split()})
            for sentence in line_sentences:
                stream.extend([number.setdefault(word, len(number)) for word in fold_yo(sentence).split()])
                stream.append(END)
            if i % every == 0:
                yield len(stream)
        yield Text(list(number), np.frombuffer(stream, np.int32).copy(), self._dotted, self._spellings)

    def read_all(self, paths: Sequence[Path]) -> Iterator[int]:
        """Fills `texts`; yields the number of words so far. Raises CorpusError, also if there are no words at all."""
        n_words = 0
        for path in paths:
            for event in self.read(path):
                if isinstance(event, Text):
                    self.texts.append(event)
                    n_words += len(event.stream)
                else:
                    yield n_words + event
        if not n_words:
            raise CorpusError(path=", ".join(map(str, paths)), reason="it holds no words")

    def _learn_yo(self, words: set[str]) -> None:
        """Counts the spellings of a line's words."""
        self._dotted.update(word for word in words if "ё" in word)
        if not words.isdisjoint(_ALWAYS_YO) and words.isdisjoint(_NEVER_YO):
            self._spellings.update(word for word in words if "ё" in word or "е" in word)
