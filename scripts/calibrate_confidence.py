"""Fits the weights of a word's confidence on the development sets; prints what they are worth.

    .venv/bin/python scripts/calibrate_confidence.py CHECKPOINT [--language-model DIR] [--write]

Each of the two sets is judged by weights fitted on the other only: `dev_unseen_text`, and the strangers of both sets
of Common Voice. The weights printed last are those of all of them together. --write puts them into the checkpoint.
"""

import argparse
import sys
from dataclasses import fields, replace
from pathlib import Path

import numpy as np

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))
_RIDGE, _NEWTON_STEPS = 1.0, 30
_BOUNDS = (0.6, 0.65, 0.7, 0.75, 0.8, 0.85)


def main() -> int:
    arguments = _parser().parse_args()
    from engine.config import ConfidenceConfig
    from engine.decode.beam import BeamDecoder
    from engine.decode.language_model import load_language_model
    from engine.model.checkpoint import load_checkpoint, save_checkpoint
    from scripts.tune_decoder import SETS, log_probabilities
    from trainer.evaluation.confidence import counted

    checkpoint = load_checkpoint(arguments.checkpoint)
    decoder = BeamDecoder(checkpoint.alphabet, load_language_model(arguments.language_model), checkpoint.decode)
    found = [_evidence(decoder, utterances) for utterances in log_probabilities(checkpoint, SETS).values()]
    both = {"dev_unseen_text": found[0], "strangers": tuple(map(np.concatenate, zip(*found[1:], strict=True)))}
    (_, one), (_, other) = both.items()
    for below in _BOUNDS:
        for (name, (speaking, right)), fitted_on in zip(both.items(), (other, one), strict=True):
            likely = _likely(speaking, fit(*fitted_on))
            print(f"doubtful below {below}  {name:<16} {counted(likely.tolist(), right.tolist(), below)}")
    weights = fit(*map(np.concatenate, zip(one, other, strict=True)))
    names = [field.name for field in fields(ConfidenceConfig)]
    config = ConfidenceConfig(**dict(zip(names, weights.round(3).tolist(), strict=True)))
    print(config)
    if arguments.write:
        decode = replace(checkpoint.decode, confidence=config)
        save_checkpoint(arguments.checkpoint, replace(checkpoint, decode=decode))
    return 0


def _parser() -> argparse.ArgumentParser:
    from engine.paths import shipped_language_model

    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("checkpoint", type=Path)
    parser.add_argument("--language-model", type=Path, default=shipped_language_model(), metavar="DIR")
    parser.add_argument("--write", action="store_true", help="put the weights into the checkpoint")
    return parser


def _evidence(decoder, utterances: list[tuple[str, np.ndarray]]) -> tuple[np.ndarray, np.ndarray]:
    """What speaks for each word of some utterances (n_words, 5), and whether it is right, 0 or 1."""
    from trainer.evaluation.confidence import rightness

    speaking, right = [], []
    for said, log_probs in utterances:
        readings, found = decoder.with_evidence(log_probs)
        if readings:
            speaking.append(found)
            right += rightness(said, [word.text for word in readings[0][1]])
    return np.concatenate(speaking), np.array(right, float)


def fit(speaking: np.ndarray, right: np.ndarray) -> np.ndarray:
    """Logistic regression by Newton's method with a ridge on standardised columns -> bias and weights (6,)."""
    mean, deviation = speaking.mean(axis=0), speaking.std(axis=0) + 1e-9
    columns = np.c_[np.ones(len(speaking)), (speaking - mean) / deviation]
    ridge = _RIDGE * np.diag(np.r_[0.0, np.ones(speaking.shape[1])])
    weights = np.zeros(columns.shape[1])
    for _ in range(_NEWTON_STEPS):
        likely = 1 / (1 + np.exp(-columns @ weights))
        slope = columns.T @ (likely - right) + ridge @ weights
        weights -= np.linalg.solve((columns.T * (likely * (1 - likely))) @ columns + ridge, slope)
    plain = weights[1:] / deviation
    return np.r_[weights[0] - plain @ mean, plain]


def _likely(speaking: np.ndarray, weights: np.ndarray) -> np.ndarray:
    return 1 / (1 + np.exp(-(speaking @ weights[1:] + weights[0])))


if __name__ == "__main__":
    sys.exit(main())
