"""What a model mishears: by letter, by word, by speaker, by level of noise, by pace; as Markdown.

    .venv/bin/python scripts/error_analysis.py [CHECKPOINT] [PATH...]

Letters are decoded greedily, words with the shipped language model; `ё` and `е` are one letter.
"""

import argparse
import os
import sys
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import groupby
from pathlib import Path

import numpy as np
from rapidfuzz.distance import Levenshtein

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))
_MOST = 15
_GROUPS = 4


@dataclass(frozen=True)
class Heard:
    """One utterance: what was said, what was read letter by letter and with the language model; how far its loud
    moments are above its quiet ones, in dB, and how many letters a second are said."""

    set_and_speaker: str
    said: str
    greedy: str
    with_words: str
    range_db: float
    pace: float


def main() -> int:
    arguments = _parser().parse_args()
    heard = list(_all_heard(arguments.checkpoint, arguments.paths))
    _letters([(one.said, one.greedy) for one in heard])
    _words([(one.said.split(), one.with_words.split()) for one in heard])
    _table("set: speaker", heard, [one.set_and_speaker for one in heard])
    _table("loud above quiet, dB", heard, _quarters([one.range_db for one in heard], "{:.0f} to {:.0f}"))
    _table("letters a second", heard, _quarters([one.pace for one in heard], "{:.1f} to {:.1f}"))
    return 0


def _parser() -> argparse.ArgumentParser:
    shared = Path(os.environ.get("DIKTOVKA_SHARED") or ROOT.parent / "shared")
    heard = [shared / "voxforge-ru-mfcc", shared / "speech-samples/common-voice"]
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("checkpoint", type=Path, nargs="?", default=ROOT / "checkpoint1", help="default: checkpoint1")
    told = "feature caches, of which the `dev` splits count, and folders with transcripts (default: ../shared's)"
    parser.add_argument("paths", type=Path, nargs="*", default=heard, metavar="PATH", help=told)
    return parser


def _all_heard(checkpoint_path: Path, paths: Iterable[Path]) -> Iterable[Heard]:
    from engine.alphabet import fold_yo
    from engine.config import HOP_S
    from engine.decode.beam import BeamDecoder
    from engine.decode.greedy import GreedyDecoder
    from engine.decode.language_model import load_language_model
    from engine.model.recogniser import load_recogniser
    from engine.paths import shipped_language_model
    from trainer.dataset.batches import Examples
    from trainer.dataset.training_data import examples_by_split

    checkpoint, recognise = load_recogniser(checkpoint_path)
    shaper = Examples(checkpoint.alphabet, checkpoint.features, checkpoint.model)
    greedy = GreedyDecoder(checkpoint.alphabet)
    beam = BeamDecoder(checkpoint.alphabet, load_language_model(shipped_language_model()), checkpoint.decode)
    for path in paths:
        for split, found in examples_by_split(path, checkpoint.features).items():
            if split != path.name and not split.startswith("dev"):
                continue
            for example in shaper.usable(found):
                batch = shaper.batch([example])
                (log_probs,) = recognise([batch.steps[0]])
                said, letters, words = map(fold_yo, (example.text, greedy.text(log_probs), beam.text(log_probs)))
                pace = len(said) / (example.frames * HOP_S)
                name = f"{split}: {example.speaker}"
                yield Heard(name, said, letters, words, _range_db(example.cepstra(), checkpoint.features), pace)


def _range_db(cepstra: np.ndarray, features) -> float:
    """From the first cepstrum, which is the sum of the mel bands' log energies over the root of their number."""
    quiet, loud = np.percentile(cepstra[:, 0], (5, 95))
    return float((loud - quiet) / np.sqrt(features.n_filters) * 10 / np.log(10))


def _letters(pairs: Sequence[tuple[str, str]]) -> None:
    changed, put_in, said = _changes(pairs)
    print("| said | read as | times | of all times it was said |\n|---|---|---|---|")
    for (a, b), n in changed.most_common(_MOST):
        print(f"| {_shown(a)} | {_shown(b)} | {n} | {n / said[a]:.0%} |")
    print(f"\nput in most often: {', '.join(f'{_shown(b)} ({n})' for b, n in put_in.most_common(6))}\n")


def _words(pairs: Sequence[tuple[list[str], list[str]]]) -> None:
    changed, put_in, said = _changes(pairs)
    wrong = Counter()
    for (a, _), n in changed.items():
        wrong[a] += n
    print("| word | said | read wrong | mostly as |\n|---|---|---|---|")
    for word, n in wrong.most_common(_MOST):
        mostly = Counter({b: m for (a, b), m in changed.items() if a == word}).most_common(3)
        print(f"| {word} | {said[word]} | {n} | {', '.join(f'{_shown(b)} ({m})' for b, m in mostly)} |")
    print(f"\nput in most often: {', '.join(f'{word} ({n})' for word, n in put_in.most_common(8))}")
    known = [n for word, n in wrong.items() if len(word) <= 3]
    print(f"{sum(known) / sum(wrong.values()):.0%} of the words read wrong have three letters or fewer.\n")


def _changes(pairs: Iterable[tuple[Sequence, Sequence]]) -> tuple[Counter, Counter, Counter]:
    """(said, read) that differ, "" for nothing; what was put in; how often each was said. By least edits."""
    changed, put_in, said = Counter(), Counter(), Counter()
    for was, now in pairs:
        said.update(was)
        for kind, at, to in Levenshtein.editops(was, now):
            if kind == "insert":
                put_in[now[to]] += 1
            else:
                changed[was[at], now[to] if kind == "replace" else ""] += 1
    return changed, put_in, said


def _shown(letter: str) -> str:
    return {"": "nothing", " ": "space"}.get(letter, letter)


def _quarters(values: Sequence[float], written: str) -> list[str]:
    """Which quarter of all each belongs to, told by the quarter's lowest and highest value."""
    rank = np.argsort(np.argsort(values, kind="stable"), kind="stable") * _GROUPS // len(values)
    edges = [np.asarray(values)[rank == group] for group in range(_GROUPS)]
    names = [written.format(some.min(), some.max()) if len(some) else "" for some in edges]
    return [names[group] for group in rank]


def _table(title: str, heard: Sequence[Heard], names: Sequence[str]) -> None:
    """Rows from the lowest letter error to the highest."""
    from trainer.evaluation.metrics import error_rate

    named = sorted(zip(names, heard, strict=True), key=lambda pair: pair[0])
    rows = []
    for key, some in groupby(named, key=lambda pair: pair[0]):
        mine = [one for _, one in some]
        rate = error_rate([(one.said, one.greedy) for one in mine])
        words = error_rate([(one.said, one.with_words) for one in mine])
        rows.append((rate.cer, f"| {key} | {len(mine)} | {rate.letters} | {rate.cer:.3f} | {words.wer:.3f} |"))
    print(f"| {title} | utterances | letters | CER, greedy | WER, language model |\n|---|---|---|---|---|")
    print(*(row for _, row in sorted(rows)), "", sep="\n")


if __name__ == "__main__":
    sys.exit(main())
