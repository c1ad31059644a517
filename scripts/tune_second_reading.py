"""Looks for the weights of the second reading on development sets; prints each pair tried, the best last.

    .venv/bin/python scripts/tune_second_reading.py CHECKPOINT [--weight 0.8 1 1.3] [--ngram-weight 1.7 2 2.3] [--write]

Each recording is searched once; its readings are then weighed anew. For each set: letter and word error rate. What
counts is the mean of the two, averaged over the sets. Nothing is chosen on a test split. `--write` puts the best pair
into the language model's model.json.
"""

import argparse
import json
import sys
from dataclasses import asdict, replace
from itertools import product
from pathlib import Path

import numpy as np

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))
from scripts.tune_decoder import SETS, log_probabilities, scored  # noqa: E402


def main() -> int:
    arguments = _parser().parse_args()
    from engine.decode.language_model import RESCORER, load_language_model
    from engine.decode.rescorer import add_rescorer, load_rescorer
    from engine.model.checkpoint import load_checkpoint
    from engine.paths import shipped_language_model

    folder = arguments.language_model or shipped_language_model()
    model = load_language_model(folder)
    rescorer = load_rescorer(model)
    if rescorer is None:
        print(f"{folder} has no network for a second reading", file=sys.stderr)
        return 1
    sets = _weighable(load_checkpoint(arguments.checkpoint), model, rescorer)
    best = None
    for weight, ngram_weight in product(arguments.weight, arguments.ngram_weight):
        settings = replace(rescorer.settings, weight=weight, ngram_weight=ngram_weight)
        score, told = scored(_read(sets, settings))
        print(f"weight {weight}  ngram-weight {ngram_weight}", *told, f"score {score:.4f}", sep="  ", flush=True)
        if best is None or score < best[0]:
            best = score, settings
    print("best:", json.dumps(asdict(best[1])))
    if arguments.write:
        add_rescorer(folder, (folder / RESCORER).read_bytes(), best[1])
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("checkpoint", type=Path)
    parser.add_argument("--language-model", type=Path, metavar="DIR", help="default: the shipped one")
    parser.add_argument("--weight", type=float, nargs="+", default=[0.7, 1.0, 1.3])
    parser.add_argument("--ngram-weight", type=float, nargs="+", default=[1.4, 1.7, 2.0, 2.3, 2.6])
    parser.add_argument("--write", action="store_true", help="put the best ones into the language model")
    return parser


def _weighable(checkpoint, model, rescorer) -> dict[str, list]:
    """(what was said, texts, scores, log-probabilities, n-grams' scores) of each recording's readings."""
    from engine.decode.beam import BeamDecoder

    decoder = BeamDecoder(checkpoint.alphabet, model, checkpoint.decode)
    sets: dict[str, list] = {}
    for name, utterances in log_probabilities(checkpoint, SETS).items():
        sets[name] = []
        for said, heard in utterances:
            readings = decoder.readings(heard)
            words = [[word.text for word in reading.words] for reading in readings]
            weighed = [np.array([getattr(one, name) for one in readings]) for name in ("score", "of_ngrams")]
            log_probs = rescorer.log_probs(words) if words else np.zeros(0)
            sets[name].append((said, [" ".join(one) for one in words], weighed[0], log_probs, weighed[1]))
    return sets


def _read(sets: dict[str, list], settings) -> dict[str, list[tuple[str, str]]]:
    """(what was said, the best reading) of each recording."""
    return {
        name: [
            (said, texts[int(np.argmax(scores + settings.gains(log_probs, of_ngrams)))] if texts else "")
            for said, texts, scores, log_probs, of_ngrams in utterances
        ]
        for name, utterances in sets.items()
    }


if __name__ == "__main__":
    sys.exit(main())
