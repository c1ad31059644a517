"""Looks for the beam search's settings on development sets; prints each one tried, the best last.

    .venv/bin/python scripts/tune_decoder.py CHECKPOINT [--lm-weight 1 1.5 2] [--word-score 0 1] ...

One setting after another is varied over the values given, and kept at its best.
For each set: letter and word error rate, and how many times as fast as real time the search is, in time of one
processor. What counts is the mean of the two rates, averaged over the sets. Nothing is chosen on a test split. Copy
what is found into the checkpoint's model.json ("decode"), or give `--write`.
"""

import argparse
import json
import os
import sys
import time
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))
SETS = ("dev_unseen_text", "common-voice", "common-voice-2")
SETTINGS = (
    "lm_weight",
    "word_score",
    "free_word_price",
    "free_letter_price",
    "blank_price",
    "space_price",
    "beam_size",
    "beam_threshold",
)


def main() -> int:
    arguments = _parser().parse_args()
    from engine.config import HOP_S
    from engine.decode.beam import BeamDecoder
    from engine.decode.language_model import load_language_model
    from engine.model.checkpoint import load_checkpoint, save_checkpoint
    from engine.paths import shipped_language_model

    checkpoint = load_checkpoint(arguments.checkpoint)
    sets = log_probabilities(checkpoint, arguments.sets, arguments.clips)
    words = load_language_model(arguments.language_model or shipped_language_model())
    asked = {name: getattr(arguments, name) for name in SETTINGS if getattr(arguments, name)}
    best, tried = None, set()
    for name, values in asked.items() or [("lm_weight", [checkpoint.decode.lm_weight])]:
        around = best[1] if best else checkpoint.decode
        for config in (replace(around, **{name: value}) for value in values):
            if config in tried:
                continue
            tried.add(config)
            decoder = BeamDecoder(checkpoint.alphabet, words, config)
            score, told = _measured(decoder, sets, checkpoint.model.n_stacked * HOP_S)
            shown = " ".join(f"{name} {getattr(config, name)}" for name in asked)
            print(shown, *told, f"score {score:.4f}", sep="  ", flush=True)
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
    parser.add_argument("--language-model", type=Path, metavar="DIR", help="default: the shipped one")
    parser.add_argument("--sets", nargs="+", choices=SETS, default=SETS, help="development sets (default: all)")
    parser.add_argument("--clips", type=int, metavar="N", help="only the first N recordings of each set")
    for name in SETTINGS:
        kind = int if name == "beam_size" else float
        parser.add_argument(f"--{name.replace('_', '-')}", type=kind, nargs="+")
    return parser


def _measured(decoder, sets: dict[str, list], step_s: float) -> tuple[float, list[str]]:
    """The score of a decoder, and what is to be printed of each set."""
    read, times = {}, []
    for name, utterances in sets.items():
        began_s = time.process_time()
        read[name] = [(said, decoder.text(heard)) for said, heard in utterances]
        times.append(sum(len(heard) for _said, heard in utterances) * step_s / (time.process_time() - began_s))
    score, told = scored(read)
    return score, [f"{one} x {faster:.0f}" for one, faster in zip(told, times, strict=True)]


def scored(read: Mapping[str, Sequence[tuple[str, str]]]) -> tuple[float, list[str]]:
    """(what was said, what was read) of each set's recordings -> what counts, and what is to be printed of each set."""
    from trainer.evaluation.metrics import error_rate

    rates = {name: error_rate(pairs) for name, pairs in read.items()}
    score = sum(rate.cer + rate.wer for rate in rates.values()) / 2 / len(rates)
    return score, [f"{name} {rate.cer:.4f} / {rate.wer:.4f}" for name, rate in rates.items()]


def log_probabilities(checkpoint, names: Sequence[str], clips: int | None = None) -> dict[str, list]:
    """(what was said, log-probabilities) of each recording of the development sets."""
    from engine.model.recogniser import mean_of, recogniser
    from trainer.dataset.batches import Examples
    from trainer.dataset.training_data import examples_by_split

    shared = Path(os.environ.get("DIKTOVKA_SHARED") or ROOT.parent / "shared")
    recognise = recogniser(checkpoint)
    shaper = Examples(checkpoint.alphabet, checkpoint.features, checkpoint.model)
    sets = {}
    for name in names:
        folder = shared / ("voxforge-ru-mfcc" if name == "dev_unseen_text" else f"speech-samples/{name}")
        usable = shaper.usable(examples_by_split(folder, checkpoint.features)[name])[:clips]
        sets[name] = [(example.text, mean_of(recognise(_hearings(checkpoint, example)))) for example in usable]
    return sets


def _hearings(checkpoint, example) -> list:
    from engine.features.network_input import hearings

    return hearings(example.cepstra(), checkpoint.features, checkpoint.model, checkpoint.decode.warp)


if __name__ == "__main__":
    sys.exit(main())
