"""Text to label indices and back; what counts as the same text."""

import re
import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

import numpy as np

from engine.errors import ConfigError
from engine.text_marks import fold_yo as fold_yo

RUSSIAN_LETTERS = "абвгдеёжзийклмнопрстуфхцчшщъыьэюя"
SPACE = " "

_STRESS_MARKS = {"\u0301", "\u0300"}
_HYPHENS = set("-\u2010\u2011\u2012\u2013\u2014\u2015\u2212")
_SILENT = set("'\u2019\u02bc`")  # an apostrophe joins its neighbours
_SPOKEN = set("%‰№&+§$€£₽¥₴₸¢°×÷=±≈≠≤≥@#")  # each stands for a spoken word
_STRESS = re.compile(r"\+(?=[^\W\d_])")  # as speech dictionaries mark it: м+ама


def normalise(text: str) -> str:
    """Lower case, letters and digits only, single spaces between words; hyphens become spaces.

    Stress marks, apostrophes and invisible characters vanish; other punctuation separates words. Spoken signs ("%",
    "№") and letters outside the alphabet stay: `Alphabet.foreign` returns them.
    """
    chars: list[str] = []
    plain = _STRESS.sub("", unicodedata.normalize("NFD", text).translate(_NO_STRESS))
    for char in unicodedata.normalize("NFC", plain.lower()):
        category = unicodedata.category(char)
        if char in _SILENT or category == "Cf" or char in _INVISIBLE:
            continue
        if char in _SPOKEN:
            chars += (SPACE, char, SPACE)
        else:
            chars.append(char if char.isalnum() or category == "Mn" else SPACE)
    return SPACE.join("".join(chars).split())


_NO_STRESS = {ord(mark): None for mark in _STRESS_MARKS}
# Ignorable in Unicode, but not in its category of format characters: joiners, fillers, variation selectors.
_INVISIBLE = {"\u034f", "\u115f", "\u1160", "\u17b4", "\u17b5", "\u3164", "\uffa0", *map(chr, range(0xFE00, 0xFE10))}


@dataclass(frozen=True)
class Alphabet:
    """The letters in label order; the CTC blank is the label after the last letter.

    It travels with the model: a checkpoint whose alphabet differs from the network's outputs is refused.
    """

    letters: str = RUSSIAN_LETTERS + SPACE
    _index: dict[str, int] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        if len(set(self.letters)) != len(self.letters) or SPACE not in self.letters:
            raise ConfigError(name="alphabet", reason="each letter must occur once, the space among them")
        object.__setattr__(self, "_index", {letter: i for i, letter in enumerate(self.letters)})

    @property
    def blank(self) -> int:
        """Index of the CTC blank, after the last letter."""
        return len(self.letters)

    @property
    def n_labels(self) -> int:
        """Number of network outputs: the letters and the blank."""
        return len(self.letters) + 1

    @property
    def space(self) -> int:
        """Index of the space."""
        return self._index[SPACE]

    def foreign(self, text: str) -> str:
        """The characters of normalised text that this alphabet lacks, each once, in order."""
        return "".join(dict.fromkeys(char for char in text if char not in self._index))

    def encode(self, text: str) -> np.ndarray:
        """Normalised text as int32 labels (n_letters,). Raises ConfigError for a letter outside the alphabet."""
        missing = self.foreign(text)
        if missing:
            raise ConfigError(name="text", reason="{letters} is not in the alphabet", letters=repr(missing))
        return np.array([self._index[char] for char in text], np.int32)

    def decode(self, labels: Iterable[int]) -> str:
        """Labels without blanks as text."""
        return "".join(self.letters[label] for label in labels)

    def collapse(self, path: Sequence[int]) -> list[int]:
        """A CTC path (one label per step) as labels: repeats merged, then blanks dropped (Graves 2006, B)."""
        labels, previous = [], self.blank
        for label in path:
            if label not in (previous, self.blank):
                labels.append(int(label))
            previous = label
        return labels


def fewest_steps(label_sequence: Sequence[int] | np.ndarray) -> int:
    """Network steps that CTC needs: one per letter, and one more between equal neighbours."""
    labels = np.asarray(label_sequence)
    return len(labels) + int(np.count_nonzero(labels[1:] == labels[:-1]))
