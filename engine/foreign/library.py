"""The library onnx-asr: which model a folder holds, and that model opened. Nobody else imports it."""

import io
from collections.abc import Mapping
from contextlib import redirect_stdout
from pathlib import Path
from typing import Any

import numpy as np
from onnx_asr.asr import TimestampedResult
from onnx_asr.loader import Manager, create_asr_resolver
from onnx_asr.utils import ModelLoadingError

from engine.model.onnx_session import session_options

CTC = "-ctc"  # ends the names of families that have letters or parts of words, and a blank, in each step
_IN_8_BITS = "int8"
_LANGUAGE = "ru"  # of models that know several
# In this order: the layout of a later one may be a part of an earlier one's.
_FAMILIES = (
    "gigaam-v3-e2e-ctc",
    "gigaam-v3-ctc",
    "gigaam-v3-e2e-rnnt",
    "gigaam-v3-rnnt",
    "gigaam-multilingual-ctc",
    "nemo-conformer-ctc",
    "nemo-conformer-rnnt",
    "nemo-conformer-aed",
    "vosk",
    "t-one-ctc",
    "whisper-ort",
    "whisper",
)
_TDT = "nemo-conformer-tdt"


def resolve(folder: Path, config: Mapping[str, object]) -> tuple[str, str | None, list[Path]] | None:
    """Family, quantization and files of the model in a folder; None where there is none. config: its config.json."""
    for quantization in (_IN_8_BITS, None):
        for family in _FAMILIES:
            if family == "t-one-ctc" and "decoder_params" not in config:
                continue
            if family == "nemo-conformer-rnnt" and config.get("model_type") == _TDT:
                family = _TDT  # of the same files
            try:
                files = create_asr_resolver(family, folder, offline=True).resolve_model(quantization=quantization)
            except (ModelLoadingError, OSError):
                continue
            return family, quantization, list(files.values())
    return None


class UnknownLanguage(ValueError):
    """The model was made for other languages."""


class ForeignModel:
    """A model that is open. Samples are float32 (n,), at rate_hz.

    tokens: text of each label of a CTC model or a transducer, by its number; blank: the number of the one that is
    none. step_s: between two steps of the network.
    """

    def __init__(self, folder: Path, family: str, quantization: str | None, n_threads: int):
        """Raises UnknownLanguage, or whatever the library or ONNX Runtime raises for files that are no such model."""
        opener = _Opener(sess_options=session_options(n_threads), providers=["CPUExecutionProvider"])
        with redirect_stdout(io.StringIO()):  # ONNX Runtime prints that it tries again what cannot be opened
            self._asr = opener.open(family, folder, quantization)
        if not self._asr.knows(_LANGUAGE):
            raise UnknownLanguage
        self.rate_hz: int = self._asr.rate_hz
        self.tokens: dict[int, str] = self._asr.tokens
        self.blank: int | None = self._asr.blank
        self.is_ctc = family.endswith(CTC)
        self.step_s: float | None = self._asr.step_s if self.is_ctc else None

    def log_probs(self, samples: np.ndarray) -> np.ndarray:
        """Of a CTC model: float32 (n_steps, n_tokens)."""
        return self._asr.log_probs(*_batch(samples))

    def read(self, samples: np.ndarray) -> TimestampedResult:
        """Text as the library gives it, with its tokens where there are some."""
        return next(self._asr.recognize_batch(*_batch(samples), need_logprobs="yes", language=_LANGUAGE))


def _batch(samples: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    return samples[None], np.array([len(samples)], np.int64)


class _Opener(Manager):
    """Makes models with what else they know."""

    def open(self, family: str, folder: Path, quantization: str | None) -> Any:
        resolver = create_asr_resolver(family, folder, offline=True)
        kind = type("Open", (_Open, resolver.model_type), {})
        return kind(resolver.resolve_model(quantization=quantization), self._create_preprocessor, self._config)

    @property
    def _config(self) -> Any:
        return self.default_onnx_config


class _Open:
    """What a model of the library has and does not offer: log-probabilities, and what they are of."""

    _encode: Any
    _preprocessor: Any
    _get_sample_rate: Any
    _subsampling_factor: int
    window_step: float

    @property
    def rate_hz(self) -> int:
        return self._get_sample_rate()

    @property
    def tokens(self) -> dict[int, str]:
        return dict(getattr(self, "_vocab", {}))

    @property
    def blank(self) -> int | None:
        return getattr(self, "_blank_idx", None)

    def knows(self, language: str) -> bool:
        """Models that are told the language have a token for each; of the others nothing is known."""
        tokens = getattr(self, "_tokens", None)
        return tokens is None or f"<|{language}|>" in tokens

    @property
    def step_s(self) -> float:
        return self.window_step * self._subsampling_factor

    def log_probs(self, waveforms: np.ndarray, lengths: np.ndarray) -> np.ndarray:
        found, n_steps = self._encode(*self._preprocessor(waveforms, lengths))
        return found[0, : n_steps[0]]
