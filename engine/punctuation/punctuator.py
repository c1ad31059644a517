"""The punctuation model: a folder with `model.onnx` and `punctuation.json`."""

import json
from collections.abc import Sequence
from dataclasses import dataclass, field
from math import nan
from pathlib import Path

import numpy as np

from engine.errors import PunctuationError
from engine.model.onnx_session import open_session, run
from engine.paths import shipped_punctuation
from engine.punctuation.labels import EXCLAMATION, FULL_STOP, MARKS, QUESTION, Form, Label
from engine.punctuation.pauses import pause_steps
from engine.system.atomic_files import write_atomic
from engine.system.atomic_folder import replacing, settle
from engine.system.bounded_read import file_of, read_bounded
from engine.system.json_text import read_json
from engine.word_features import N_WORD, word_features

GRAPH, DESCRIPTION, VERSION = "model.onnx", "punctuation.json", 1
WORDS, PARTS, PAUSES, LOG_PROBS = "words", "parts", "pauses", "log_probs"
_MOST_BYTES = 64 << 20
_CLOSING = (FULL_STOP, QUESTION, EXCLAMATION)  # the text ends with one of these


@dataclass(frozen=True)
class Thresholds:
    """Biases added to the log-probability of each mark, by its text, and of a capital, before the best is chosen."""

    marks: dict[str, float] = field(default_factory=dict)
    capital: float = 0.0

    def of_marks(self) -> np.ndarray:
        """The biases in the order of MARKS, float32."""
        return np.array([self.marks.get(mark, 0.0) for mark in MARKS], np.float32)


class Punctuator:
    """Marks and forms of a few dozen words at a time. Not thread-safe."""

    def __init__(self, graph: bytes, thresholds: Thresholds):
        """graph: as written by `trainer.punctuation.graph`. Raises ValueError if it cannot be run."""
        self._session = open_session(graph)
        if {tensor.name for tensor in self._session.get_inputs()} != {WORDS, PARTS, PAUSES}:
            raise ValueError("it is no model of punctuation")
        if self.log_probs(["да"], [nan]).shape != (1, len(MARKS) + len(Form)):
            raise ValueError("it is no model of punctuation")
        self._mark_bias, self._capital_bias = thresholds.of_marks(), thresholds.capital

    @classmethod
    def load(cls, folder: Path | None = None) -> "Punctuator":
        """Loads a model, by default the shipped one. Raises PunctuationError."""
        folder = Path(folder or shipped_punctuation())
        settle(folder, (GRAPH, DESCRIPTION))
        try:
            fields = read_json(file_of(folder, DESCRIPTION))
            if fields["version"] > VERSION or fields["marks"] != list(MARKS):
                raise PunctuationError(path=folder, reason="it was made by another version of the program")
            biases = fields["thresholds"]
            thresholds = Thresholds({str(k): float(v) for k, v in biases["marks"].items()}, float(biases["capital"]))
            return cls(read_bounded(file_of(folder, GRAPH), _MOST_BYTES), thresholds)
        except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
            detail = getattr(error, "strerror", None) or str(error)
            raise PunctuationError(
                path=folder, reason="{file} cannot be used ({detail})", file=GRAPH, detail=detail
            ) from error

    def log_probs(self, words: Sequence[str], pauses_s: Sequence[float]) -> np.ndarray:
        """words: lower case; pauses_s: after each word, NaN if unknown.

        Returns float32 (n_words, n_marks + n_forms): a distribution over marks and one over forms.
        """
        features = word_features(list(words))
        inputs = {
            WORDS: features[:, :N_WORD],
            PARTS: features[:, N_WORD:],
            PAUSES: pause_steps(np.array(pauses_s, np.float32)),
        }
        return run(self._session, **inputs)[0]

    def labels(self, words: Sequence[str], pauses_s: Sequence[float], is_over: bool) -> list[Label]:
        """The best mark and form of each word. is_over: no words follow, so the last one ends a sentence."""
        if not words:
            return []
        return self.decide(self.log_probs(words, pauses_s), is_over)

    def decide(self, log_probs: np.ndarray, is_over: bool) -> list[Label]:
        """The labels that follow from `log_probs`."""
        n_marks = len(MARKS)
        scores = log_probs[:, :n_marks] + self._mark_bias
        marks = scores.argmax(1)
        forms = log_probs[:, n_marks:] + np.array([0, self._capital_bias, 0], np.float32)
        if is_over:
            marks[-1] = max(_CLOSING, key=lambda mark: scores[-1, mark])
        return [Label(int(mark), Form(int(form))) for mark, form in zip(marks, forms.argmax(1), strict=True)]


def write_punctuation(folder: Path, graph: bytes, thresholds: Thresholds, trained: dict[str, object]) -> None:
    """Writes a model for `Punctuator.load`. trained: how it was made, for people. Raises StorageError."""
    fields = {
        "version": VERSION,
        "marks": list(MARKS),
        "thresholds": {"marks": thresholds.marks, "capital": thresholds.capital},
        "trained": trained,
    }
    with replacing(folder, (GRAPH, DESCRIPTION)) as building:
        (building / GRAPH).write_bytes(graph)
        write_atomic(building / DESCRIPTION, json.dumps(fields, ensure_ascii=False, indent=1) + "\n")
