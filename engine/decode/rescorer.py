"""The second reading: a recurrent network scores whole readings of a stretch, word by word.

Its graph is in a language model's folder, its settings in that model's JSON. `trainer.second_reading` trains it.
"""

import hashlib
import json
import math
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

import numpy as np

from engine.alphabet import fold_yo
from engine.decode.language_model import DESCRIPTION, FILES, MOST_BYTES, RESCORER, LanguageModel
from engine.errors import LanguageModelDamaged
from engine.model.onnx_session import open_session, run
from engine.system.atomic_files import write_atomic
from engine.system.atomic_folder import replacing
from engine.system.bounded_read import file_of, read_bounded
from engine.system.json_text import read_json
from engine.word_features import N_WORD, word_features

WORDS, PARTS, BEFORE, AFTER, GAINS = "words", "parts", "before", "after", "gains"
BEGIN, CLOSE = "<s>", "</s>"  # treated as words, that begin and end a stretch
_SETTINGS = "second_reading"
_SAID = 8  # words of context before a stretch
_SUREST_END = -1e-3


@dataclass(frozen=True)
class RescorerSettings:
    """weight: of the network's log-probabilities in nats. ngram_weight: of the n-grams' in log10, which they partly
    replace. close: log probability of CLOSE by itself."""

    weight: float
    ngram_weight: float
    close: float

    def gains(self, log_probs: np.ndarray, of_ngrams: np.ndarray) -> np.ndarray:
        """The readings' gains in nats, from the network's log-probabilities and the n-grams' log10 ones, (n,) each."""
        return self.weight * log_probs - self.ngram_weight * of_ngrams


class Rescorer:
    """Log-probabilities of readings. Not thread-safe."""

    def __init__(self, graph: bytes, settings: RescorerSettings, model: LanguageModel):
        """graph: as `trainer.second_reading.graph` writes it. model: says how likely each word is by itself.

        Raises ValueError if the graph cannot be run.
        """
        self._session = open_session(graph)
        if {node.name for node in self._session.get_inputs()} != {WORDS, PARTS, BEFORE, AFTER}:
            raise ValueError("it is no network for a second reading")
        self.settings, self._model = settings, model
        if not np.isfinite(self.log_probs([["да"]])).all():
            raise ValueError("it gives no probabilities")

    def log_probs(self, readings: Sequence[Sequence[str]], said: Sequence[str] = ()) -> np.ndarray:
        """Log-probability of each reading in nats, float64 (n,). A word that the language model does not know gains
        nothing.

        said: words before them, in the same recording. A stretch goes on with these or begins anew: the network says
        how likely it is that they closed.
        """
        from_begin = self._log_probs(readings, ())
        if not said:
            return from_begin
        after_said = self._log_probs([(), *readings], said[-_SAID:])
        closed = min(float(after_said[0]), _SUREST_END)
        return np.logaddexp(from_begin + closed, after_said[1:] + math.log(-math.expm1(closed)))

    def _log_probs(self, readings: Sequence[Sequence[str]], said: Sequence[str]) -> np.ndarray:
        """Of what comes after the words said, up to the end."""
        folded = [[fold_yo(word) for word in (*said, *reading)] for reading in readings]
        different = dict.fromkeys([BEGIN, CLOSE, *(word for reading in folded for word in reading)])
        words = {word: i for i, word in enumerate(different)}
        alone = {word: self._model.score(word) for word in words}
        shape = max(map(len, folded)) + 1, len(folded)
        before, after, is_known = (np.zeros(shape, kind) for kind in (np.int32, np.int32, bool))
        total = np.full(len(folded), self.settings.close)
        for i, reading in enumerate(folded):
            n, numbers = len(reading) + 1, [words[word] for word in reading]
            new = reading[len(said) :]
            before[:n, i], after[:n, i] = [words[BEGIN], *numbers], [*numbers, words[CLOSE]]
            is_known[len(said) : n, i] = [*(alone[word] != self._model.unknown for word in new), True]
            total[i] += sum(alone[word] for word in new) * math.log(10)
        features = word_features(list(words))
        inputs = {WORDS: features[:, :N_WORD], PARTS: features[:, N_WORD:], BEFORE: before, AFTER: after}
        (gains,) = run(self._session, **inputs)
        return total + np.where(is_known, gains, 0.0).sum(axis=0)


def load_rescorer(model: LanguageModel) -> Rescorer | None:
    """The network in a language model's folder; None if there is none. Raises LanguageModelDamaged."""
    fields = model.described.get(_SETTINGS)
    if fields is None:
        return None
    try:
        settings = {name: float(value) for name, value in fields.items()}  # type: ignore[attr-defined]
        graph = read_bounded(file_of(model.folder, RESCORER), MOST_BYTES[RESCORER])
        return Rescorer(graph, RescorerSettings(**settings), model)
    except (OSError, ValueError, TypeError, AttributeError) as error:
        raise LanguageModelDamaged(path=model.folder, file=RESCORER) from error


def add_rescorer(folder: Path, graph: bytes, settings: RescorerSettings) -> None:
    """Puts a network into a language model's folder, in place of one that is there; a kill leaves the model as it was,
    or with the network. Raises StorageError."""
    folder = Path(folder)
    with replacing(folder, FILES) as building:
        (building / RESCORER).write_bytes(graph)
        fields = read_json(folder / DESCRIPTION)
        fields[_SETTINGS] = asdict(settings)
        fields["sha256"][RESCORER] = hashlib.sha256(graph).hexdigest()
        write_atomic(building / DESCRIPTION, json.dumps(fields, ensure_ascii=False, indent=1) + "\n")
