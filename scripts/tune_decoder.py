"""Looks for the beam search's settings on development sets; prints each one tried, the best last.

    .venv/bin/python scripts/tune_decoder.py CHECKPOINT [--lm-weight 1 1.5 2] [--word-score 0 1] ...

What counts is the mean of word and letter error rate, averaged over `dev_unseen_text` and `common-voice`. Nothing is
chosen on a test split. Copy what is found into the checkpoint's model.json ("decode"), or give `--write`.
"""

import argparse
import itertools
import json
import os
import sys
from dataclasses import replace
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))
SETTINGS = (
    "lm_weight",
    "word_score",
    "free_word_price",
    "free_letter_price",
    "blank_price",
    "space_price",
    "beam_size",
)


def main() -> int:
    arguments = _parser().parse_args()
    from engine.decode.beam import BeamDecoder
    from engine.decode.language_model import load_language_model
    from engine.model.checkpoint import load_checkpoint, save_checkpoint
    from engine.paths import shipped_language_model
    from trainer.evaluation.metrics import error_rate

    checkpoint = load_checkpoint(arguments.checkpoint)
    sets = _log_probabilities(checkpoint)
    words = load_language_model(shipped_language_model())
    asked = [getattr(arguments, name) or [getattr(checkpoint.decode, name)] for name in SETTINGS]
    best = None
    for values in itertools.product(*asked):
        config = replace(checkpoint.decode, **dict(zip(SETTINGS, values, strict=True)))
        decoder = BeamDecoder(checkpoint.alphabet, words, config)
        rates = {name: error_rate([(said, decoder.text(heard)) for said, heard in own]) for name, own in sets.items()}
        score = sum((rate.cer + rate.wer) / 2 for rate in rates.values()) / len(rates)
        told = "  ".join(f"{name} {rate.cer:.4f} / {rate.wer:.4f}" for name, rate in rates.items())
        print(dict(zip(SETTINGS, values, strict=True)), told, f"score {score:.4f}", flush=True)
        if best is None or score < best[0]:
            best = score, config
    print("best:", json.dumps(best[1].to_dict()))
    if arguments.write:
        save_checkpoint(arguments.checkpoint, replace(checkpoint, decode=best[1]))
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("checkpoint", type=Path)
    parser.add_argument("--write", action="store_true", help="put the best ones into the checkpoint")
    for name in SETTINGS:
        kind = int if name == "beam_size" else float
        parser.add_argument(f"--{name.replace('_', '-')}", type=kind, nargs="+")
    return parser


def _log_probabilities(checkpoint) -> dict[str, list]:
    """(what was said, log-probabilities) of each recording of the development sets."""
    from engine.model.bilstm_ctc import Recogniser
    from trainer.dataset.batches import Examples
    from trainer.dataset.training_data import examples_by_split

    shared = Path(os.environ.get("DIKTOVKA_SHARED") or ROOT.parent / "shared")
    recognise = Recogniser(checkpoint.model, checkpoint.weights)
    shaper = Examples(checkpoint.alphabet, checkpoint.features, checkpoint.model)
    found = examples_by_split(shared / "voxforge-ru-mfcc", checkpoint.features)
    sets = {"dev_unseen_text": found["dev_unseen_text"]}
    sets |= examples_by_split(shared / "speech-samples/common-voice", checkpoint.features)
    return {
        name: [(e.text, recognise([_steps(shaper, e)])[0]) for e in shaper.usable(examples)]
        for name, examples in sets.items()
    }


def _steps(shaper, example):
    batch = shaper.batch([example])
    return batch.steps[0][: batch.lengths[0]]


if __name__ == "__main__":
    sys.exit(main())
