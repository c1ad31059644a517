"""A model made by others, ready for recognition: samples -> log-probabilities of letters, or words."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import soxr

from engine.alphabet import RUSSIAN_LETTERS, SPACE, Alphabet
from engine.config import HOP_S, SAMPLE_RATE_HZ, VOXFORGE, DecodeConfig, ModelConfig
from engine.decode.greedy import TimedWord
from engine.errors import CheckpointError, CheckpointMismatch, ConfigError, DiktovkaError
from engine.foreign.description import ForeignDescription
from engine.foreign.files import ModelFiles, find_model
from engine.foreign.library import ForeignModel, UnknownLanguage
from engine.foreign.words import words_of_text, words_of_tokens
from engine.model.checkpoint import Description
from engine.model.recogniser import processors

_SHORTEST_SAMPLES = SAMPLE_RATE_HZ // 2  # what is shorter is filled up with silence
# What pyctcdecode's authors take for networks that are surer than ours (alpha 0.5, beta 1.5); words outside the lexicon
# cost less, for such a network spells most of them well. Not fitted: the models were not at hand.
_DECODE = DecodeConfig(
    min_confidence=0.3,
    lm_weight=1.15,
    word_score=1.5,
    beam_size=200,
    free_word_price=3.0,
    free_letter_price=1.0,
    blank_price=0.0,
    space_price=0.0,
)
_SPACES = (SPACE, "|")


@dataclass(frozen=True)
class HeardWords:
    """Words of a stretch of n_steps: what a model gives that is not spelled letter by letter."""

    words: tuple[TimedWord, ...]
    n_steps: int

    def __len__(self) -> int:
        return self.n_steps


class AsHeard:
    """The decoder of HeardWords: as the model wrote them."""

    def decode(self, heard: HeardWords, said: Sequence[str] = ()) -> list[TimedWord]:
        """The words."""
        return list(heard.words)

    def guess(self, heard: HeardWords) -> list[TimedWord]:
        """The same."""
        return list(heard.words)


class ForeignRecogniser:
    """alphabet: of a model that spells in Russian letters, whose log-probabilities go through our search; else None.

    writes_marks: it writes punctuation and capitals itself.
    """

    def __init__(self, files: ModelFiles, n_threads: int | None = None):
        """Raises ValueError, or what the library raises, for a model that cannot be used."""
        self._family = files.family
        self._model = ForeignModel(files.folder, files.family, files.quantization, n_threads or processors())
        self.alphabet, self._order = _letters(self._model) if self._model.is_ctc else (None, np.empty(0, int))
        texts = self._model.tokens.values()
        self.writes_marks = any("," in text or "." in text for text in texts)
        self.n_stacked = round((self._model.step_s or HOP_S) / HOP_S) if self.alphabet else 1
        self([np.zeros(SAMPLE_RATE_HZ, np.float32)])

    def __call__(self, sounds: Sequence[np.ndarray]) -> list[np.ndarray | HeardWords]:
        """sounds: float32 (n,), 16 kHz -> log-probabilities (n_steps, n_labels) of `alphabet`, else HeardWords."""
        return [self._spelled(sound) if self.alphabet else self._written(sound) for sound in sounds]

    @property
    def description(self) -> ForeignDescription:
        """What is kept of a model once it was tried."""
        return ForeignDescription(self._family, self.writes_marks, self.alphabet is not None)

    def _sound(self, sound: np.ndarray) -> np.ndarray:
        filled = np.pad(sound, (0, max(0, _SHORTEST_SAMPLES - len(sound))))
        if self._model.rate_hz != SAMPLE_RATE_HZ:
            filled = soxr.resample(filled, SAMPLE_RATE_HZ, self._model.rate_hz)
        return np.ascontiguousarray(filled, np.float32)

    def _spelled(self, sound: np.ndarray) -> np.ndarray:
        found = self._model.log_probs(self._sound(sound))
        if found.ndim != 2 or found.shape[1] != len(self._order):
            raise ValueError(f"it should give {len(self._order)} labels, not {found.shape}")
        if not np.allclose(np.exp(found).sum(axis=1), 1, atol=1e-2):
            raise ValueError("it gives no probabilities")
        return np.ascontiguousarray(found[:, self._order], np.float32)

    def _written(self, sound: np.ndarray) -> HeardWords:
        found, n_steps = self._model.read(self._sound(sound)), -(-len(sound) // round(HOP_S * SAMPLE_RATE_HZ))
        log_probs = found.logprobs or []
        if found.tokens is None or found.timestamps is None or len(log_probs) != len(found.tokens):
            words = words_of_text(found.text, n_steps, log_probs)
        else:
            words = words_of_tokens(found.tokens, found.timestamps, log_probs)
        return HeardWords(tuple(words), n_steps)


def _letters(model: ForeignModel) -> tuple[Alphabet | None, np.ndarray]:
    """The alphabet of a model that spells in Russian letters, and its labels in that order; else None."""
    labels = [number for number in sorted(model.tokens) if number != model.blank]
    texts = [SPACE if model.tokens[number] in _SPACES else model.tokens[number] for number in labels]
    is_russian = len(texts) > 1 and set(texts) <= {*RUSSIAN_LETTERS, SPACE} and texts.count(SPACE) == 1
    if not is_russian or model.blank is None or len(set(texts)) != len(texts):
        return None, np.empty(0, int)
    order = np.array([*labels, model.blank])
    if sorted(order) != list(range(len(order))):
        raise ValueError("the numbers of its letters have gaps")
    return Alphabet("".join(texts)), order


def load_foreign(folder: Path, n_threads: int | None = None) -> tuple[Description, ForeignRecogniser]:
    """A model in a layout that onnx-asr reads. Raises CheckpointError for what is none, or cannot be used."""
    files = find_model(folder)
    try:
        recogniser = ForeignRecogniser(files, n_threads)
        model = ModelConfig(n_stacked=recogniser.n_stacked)
    except ConfigError as error:
        raise CheckpointMismatch(path=folder, reason=error) from error
    except UnknownLanguage as error:
        raise CheckpointError(path=folder, reason="it does not know Russian") from error
    except DiktovkaError:
        raise
    except Exception as error:  # the library and ONNX Runtime raise whatever they come upon
        detail = " ".join(f"{type(error).__name__} {error}".split())[:200]
        raise CheckpointError(path=folder, reason=detail) from error
    return Description(recogniser.alphabet or Alphabet(), VOXFORGE, model, _DECODE, training={}), recogniser
