"""CTC forced alignment of a known text with a trained model: the time of each letter."""

import io
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from engine.alphabet import Alphabet
from engine.config import ModelConfig
from engine.system.npz import read_arrays, write_arrays
from trainer.dataset.batches import Example, Examples, buckets
from trainer.errors import CorpusError

_BATCH_FRAMES = 40_000
_IMPOSSIBLE = -1e30


def align_batch(log_probs: Sequence[np.ndarray], labels: Sequence[np.ndarray]) -> list[tuple[np.ndarray, float]]:
    """The most probable CTC path through each text (Viterbi over the states blank, l1, blank, l2, ... blank).

    log_probs: (n_steps, n_labels) each, blank last; labels: int (n_letters,) each, at least one, and no more than
    the steps allow. Returns for each the step at which every letter starts, int (n_letters,), and the path's mean
    log-probability per step.
    """
    blank = log_probs[0].shape[1] - 1
    n_steps = np.array([len(matrix) for matrix in log_probs])
    n_states = np.array([2 * len(sequence) + 1 for sequence in labels])
    states = np.full((len(labels), n_states.max()), blank)
    for row, sequence in zip(states, labels, strict=True):
        row[1 : 2 * len(sequence) : 2] = sequence
    emitted = np.full((n_steps.max(), *states.shape), _IMPOSSIBLE)
    for i, matrix in enumerate(log_probs):
        emitted[: len(matrix), i] = matrix[:, states[i]]
    skip = np.zeros(states.shape, bool)
    skip[:, 2:] = (states[:, 2:] != blank) & (states[:, 2:] != states[:, :-2])

    score = np.full(states.shape, _IMPOSSIBLE)
    score[:, :2] = emitted[0, :, :2]
    moves = np.zeros(emitted.shape, np.int8)
    scores = [score]
    for t in range(1, len(emitted)):
        choices = np.full((3, *states.shape), _IMPOSSIBLE)
        choices[0] = score
        choices[1, :, 1:] = score[:, :-1]
        choices[2, :, 2:] = np.where(skip[:, 2:], score[:, :-2], _IMPOSSIBLE)
        moves[t] = choices.argmax(axis=0)
        score = choices.max(axis=0) + emitted[t]
        scores.append(score)
    return [
        _traced(moves[:, i], scores[n - 1][i], int(n), int(s))
        for i, (n, s) in enumerate(zip(n_steps, n_states, strict=True))
    ]


def _traced(moves: np.ndarray, score: np.ndarray, n_steps: int, n_states: int) -> tuple[np.ndarray, float]:
    state = n_states - 1 if score[n_states - 1] >= score[n_states - 2] else n_states - 2
    total = score[state]
    starts = np.zeros(n_states // 2, np.int64)
    for t in range(n_steps - 1, -1, -1):
        if state % 2:
            starts[state // 2] = t
        state -= int(moves[t, state])
    return starts, float(total / n_steps)


@dataclass(frozen=True)
class Alignment:
    """Example id -> start frame of each letter, int32 (n_letters,), and the path's score in nats per step."""

    frames: dict[str, np.ndarray]
    score: dict[str, float]

    def save(self, path: Path) -> None:
        """Writes one .npz atomically."""
        ids = list(self.frames)
        arrays = [self.frames[name] for name in ids]
        written = {
            "ids": np.array(ids),
            "lengths": np.array([len(a) for a in arrays]),
            "frames": np.concatenate(arrays),
            "scores": np.array([self.score[name] for name in ids]),
        }
        write_arrays(path, written)

    @classmethod
    def load(cls, path: Path, content: bytes | None = None) -> "Alignment":
        """Raises CorpusError if the file, or its given content, cannot be read."""
        try:
            file = read_arrays(path if content is None else io.BytesIO(content))
            ids = [str(name) for name in file["ids"]]
            ends = np.cumsum(file["lengths"])[:-1]
            return cls(
                dict(zip(ids, np.split(file["frames"], ends), strict=True)),
                dict(zip(ids, file["scores"].tolist(), strict=True)),
            )
        except (OSError, ValueError, KeyError) as error:
            raise CorpusError(path=path, reason="it is no alignment ({detail})", detail=str(error)) from error


def align(
    examples: Sequence[Example],
    recognise: Callable[[list[np.ndarray]], list[np.ndarray]],
    alphabet: Alphabet,
    shaper: Examples,
    model: ModelConfig,
) -> Iterator[Alignment]:
    """Aligns usable examples; yields the alignment so far, after each batch."""
    result = Alignment({}, {})
    for bucket in buckets(examples, _BATCH_FRAMES, np.random.default_rng(0), in_order=True):
        batch = shaper.batch(bucket)
        rows = [row[:length] for row, length in zip(batch.steps, batch.lengths, strict=True)]
        alignments = align_batch(recognise(rows), [alphabet.encode(e.text) for e in bucket])
        for example, (starts, score) in zip(bucket, alignments, strict=True):
            result.frames[example.id] = (starts * model.n_stacked).astype(np.int32)
            result.score[example.id] = score
        yield result
