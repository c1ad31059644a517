"""A language model on disk: n-grams for KenLM, the words, and one JSON file that describes them.

ngrams.kenlm     the n-grams, a quantised trie (see engine.decode.kenlm_format)
lexicon.npz      words: UTF-8, one a line, in alphabetical order, `ё` folded into `е`; scores: float16, log10
                 probability of each; yo_words: those that may be written with `ё`, so written, one a line;
                 yo_shares: float16, how often they are
rescorer.onnx    may be missing: the network of the second reading (see engine.decode.rescorer)
model.json       format, order, numbers, log10 probability of an unknown word, origin, SHA-256 of each file
"""

import json
from bisect import bisect_left
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np

from engine.alphabet import fold_yo
from engine.decode.kenlm_format import check_ngrams
from engine.errors import LanguageModelDamaged, LanguageModelMissing
from engine.system.atomic_files import atomic_path, write_atomic
from engine.system.atomic_folder import settle
from engine.system.bounded_read import file_of, sha256_of
from engine.system.json_text import read_json
from engine.system.npz import read_arrays

NGRAMS, LEXICON, RESCORER, DESCRIPTION = "ngrams.kenlm", "lexicon.npz", "rescorer.onnx", "model.json"
FILES = NGRAMS, LEXICON, RESCORER, DESCRIPTION
FORMAT = 1
MOST_BYTES = {NGRAMS: 2**34, LEXICON: 2**28, RESCORER: 2**28}
_ARRAYS = {"words": (None,), "scores": (None,), "yo_words": (None,), "yo_shares": (None,)}


@dataclass(frozen=True)
class LanguageModel:
    """lexicon: the words as they lie in lexicon.npz; scores: float32 (n_words,), log10; unknown: log10 probability of
    any other word.

    yo: folded word -> how it is written with `ё`, and how often it is. described: the JSON.
    """

    folder: Path
    lexicon: np.ndarray
    scores: np.ndarray
    unknown: float
    yo: dict[str, tuple[str, float]]
    described: dict[str, object] = field(default_factory=dict)

    @property
    def words(self) -> list[str]:
        """The words in alphabetical order; made on each call, because hundreds of thousands of strings take much
        memory."""
        return _lines(self.lexicon)

    @property
    def ngrams(self) -> Path:
        """The file of n-grams; KenLM opens it by `narrow_path`."""
        return self.folder / NGRAMS

    def score(self, word: str) -> float:
        """log10 probability of a word by itself, `ё` folded."""
        sought = word.encode()
        place = bisect_left(range(len(self.scores)), sought, key=self._word)
        known = place < len(self.scores) and self._word(place) == sought
        return float(self.scores[place]) if known else self.unknown

    def _word(self, place: int) -> bytes:
        """A word as UTF-8, which sorts like its letters."""
        return self.lexicon[self._starts[place] : self._starts[place + 1] - 1].tobytes()

    @cached_property
    def _starts(self) -> np.ndarray:
        """uint32 (n_words + 1,): where each word starts in the lexicon, and where one more would."""
        ends = np.flatnonzero(self.lexicon == ord("\n")) + 1
        return np.concatenate([[0], ends, [len(self.lexicon) + 1]]).astype(np.uint32)


def load_language_model(folder: Path) -> LanguageModel:
    """Reads and checks a language model; KenLM itself would crash on a damaged file.

    Raises LanguageModelMissing or LanguageModelDamaged.
    """
    folder = Path(folder)
    settle(folder, FILES)
    described = _description(folder)
    try:
        sums = described["sha256"]
        if not {NGRAMS, LEXICON} <= sums.keys() <= MOST_BYTES.keys():
            raise LanguageModelDamaged(path=folder, file=DESCRIPTION)
        for name, digest in sums.items():
            _check_sum(folder, name, digest, MOST_BYTES[name])
        _check_ngrams(folder)
        words, scores, yo_words, yo_shares = _lexicon(folder / LEXICON)
        shares = zip(yo_words, yo_shares, strict=True)
        yo = {fold_yo(word): (word, share) for word, share in shares}
        return LanguageModel(folder, words, scores, float(described["unknown"]), yo, described)
    except FileNotFoundError as error:
        raise LanguageModelMissing(path=folder, file=Path(error.filename or folder).name) from error
    except (OSError, ValueError) as error:
        raise LanguageModelDamaged(path=folder, file=LEXICON) from error
    except (KeyError, TypeError, AttributeError) as error:
        raise LanguageModelDamaged(path=folder, file=DESCRIPTION) from error


def _check_sum(folder: Path, name: str, digest: object, most_bytes: int) -> None:
    try:
        found = sha256_of(file_of(folder, name), most_bytes)
    except ValueError as error:
        raise LanguageModelDamaged(path=folder, file=name) from error
    if found != digest:
        raise LanguageModelDamaged(path=folder, file=name)


def _check_ngrams(folder: Path) -> None:
    try:
        check_ngrams(folder / NGRAMS)
    except ValueError as error:
        raise LanguageModelDamaged(path=folder, file=NGRAMS) from error


def _lexicon(path: Path) -> tuple[np.ndarray, np.ndarray, list[str], list[float]]:
    """The array of words, their scores, words with `ё` and their shares. Raises OSError, ValueError."""
    arrays = read_arrays(path, _ARRAYS, MOST_BYTES[LEXICON])
    if missing := _ARRAYS.keys() - arrays.keys():
        raise ValueError(f"{min(missing)} is missing")
    for words, numbers in (("words", "scores"), ("yo_words", "yo_shares")):
        if arrays[words].dtype != np.uint8 or arrays[numbers].dtype.kind != "f":
            raise ValueError(f"{words} are no letters, or {numbers} no numbers")
        if _n_lines(arrays[words]) != len(arrays[numbers]):
            raise ValueError(f"there are not as many {numbers} as {words}")
    _lines(arrays["words"])  # they are UTF-8
    scores, shares = arrays["scores"].astype(np.float32), arrays["yo_shares"].tolist()
    return arrays["words"], scores, _lines(arrays["yo_words"]), shares


def save_lexicon(
    folder: Path, words: list[str], scores: np.ndarray, yo: dict[str, float], described: dict[str, object]
) -> None:
    """Writes everything but the n-grams, which must exist already. Raises StorageError.

    words: alphabetical; yo: words written with `ё` -> share; described: what the JSON says besides format and sums.
    """
    folder = Path(folder)
    with atomic_path(folder / LEXICON) as temporary, temporary.open("wb") as file:
        np.savez_compressed(
            file,
            words=_blob(words),
            scores=np.asarray(scores, np.float16),
            yo_words=_blob(list(yo)),
            yo_shares=np.array(list(yo.values()), np.float16),
        )
    sums = {name: sha256_of(folder / name, MOST_BYTES[name]) for name in (NGRAMS, LEXICON)}
    text = json.dumps({"format": FORMAT, **described, "sha256": sums}, ensure_ascii=False, indent=1)
    write_atomic(folder / DESCRIPTION, text + "\n")


def _description(folder: Path) -> dict[str, Any]:
    try:
        described = read_json(file_of(folder, DESCRIPTION))
    except (FileNotFoundError, NotADirectoryError) as error:
        raise LanguageModelMissing(path=folder, file=DESCRIPTION) from error
    except (OSError, ValueError) as error:
        raise LanguageModelDamaged(path=folder, file=DESCRIPTION) from error
    if not isinstance(described, dict) or described.get("format") != FORMAT:
        raise LanguageModelDamaged(path=folder, file=DESCRIPTION)
    return described


def _blob(words: list[str]) -> np.ndarray:
    return np.frombuffer("\n".join(words).encode(), np.uint8)


def _n_lines(blob: np.ndarray) -> int:
    return int(np.count_nonzero(blob == ord("\n"))) + 1 if len(blob) else 0


def _lines(blob: np.ndarray) -> list[str]:
    text = blob.tobytes().decode()
    return text.split("\n") if text else []
