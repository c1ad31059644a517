"""Which letters a model mistakes for which, and whom it reads badly; as Markdown.

    .venv/bin/python scripts/error_analysis.py [CHECKPOINT] [PATH...]

PATH: feature caches (their `dev` splits) and folders with transcripts; ../shared's development sets by default. Greedy
decoding, `ё` and `е` are one letter.
"""

import os
import sys
from collections import Counter
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))
_MOST = 15


def main() -> int:
    from engine.alphabet import fold_yo
    from engine.checkpoint import load_checkpoint
    from engine.decode import GreedyDecoder
    from engine.model import Recogniser
    from trainer.dataset import Examples
    from trainer.material import examples_by_split
    from trainer.metrics import error_rate

    checkpoint = load_checkpoint(Path(sys.argv[1]) if len(sys.argv) > 1 else ROOT / "checkpoint1")
    shared = Path(os.environ.get("DIKTOVKA_SHARED") or ROOT.parent / "shared")
    paths = [Path(p) for p in sys.argv[2:]] or [shared / "voxforge-ru-mfcc", shared / "speech-samples/common-voice"]
    recognise = Recogniser(checkpoint.model, checkpoint.weights)
    shaper = Examples(checkpoint.alphabet, checkpoint.features, checkpoint.model)
    decoder = GreedyDecoder(checkpoint.alphabet)
    swapped, left_out, put_in, said = Counter(), Counter(), Counter(), Counter()
    by_speaker: dict[str, list] = {}
    for path in paths:
        for split, found in examples_by_split(path, checkpoint.features).items():
            if path.name == "voxforge-ru-mfcc" and not split.startswith("dev"):
                continue
            for example in shaper.usable(found):
                batch = shaper.batch([example])
                pair = fold_yo(example.text), fold_yo(decoder.text(recognise([batch.steps[0]])[0]))
                said.update(pair[0])
                for a, b in aligned(*pair):
                    if a != b:
                        (put_in if not a else left_out if not b else swapped)[(a, b)] += 1
                by_speaker.setdefault(f"{split}: {example.speaker}", []).append(pair)
    print("| said | read as | times | of all times it was said |\n|---|---|---|---|")
    for (a, b), n in (swapped + left_out).most_common(_MOST):
        print(f"| {shown(a)} | {shown(b)} | {n} | {n / said[a]:.0%} |")
    print(f"\nput in most often: {', '.join(f'{shown(b)} ({n})' for (_, b), n in put_in.most_common(6))}")
    rates = {name: error_rate(pairs) for name, pairs in by_speaker.items()}
    print("\n| set: speaker | letters | CER |\n|---|---|---|")
    for name, rate in sorted(rates.items(), key=lambda item: item[1].cer):
        print(f"| {name} | {rate.letters} | {rate.cer:.3f} |")
    return 0


def shown(letter: str) -> str:
    return {"": "nothing", " ": "space"}.get(letter, letter)


def aligned(said: str, read: str) -> list[tuple[str, str]]:
    """Letters beside each other by least edits (Levenshtein 1966); "" where one side has none."""
    cost = [list(range(len(read) + 1))]
    for i, a in enumerate(said, start=1):
        row = [i]
        for j, b in enumerate(read, start=1):
            row.append(min(cost[-1][j - 1] + (a != b), cost[-1][j] + 1, row[-1] + 1))
        cost.append(row)
    pairs, i, j = [], len(said), len(read)
    while i or j:
        if i and j and cost[i][j] == cost[i - 1][j - 1] + (said[i - 1] != read[j - 1]):
            i, j = i - 1, j - 1
            pairs.append((said[i], read[j]))
        elif i and cost[i][j] == cost[i - 1][j] + 1:
            i -= 1
            pairs.append((said[i], ""))
        else:
            j -= 1
            pairs.append(("", read[j]))
    return pairs[::-1]


if __name__ == "__main__":
    sys.exit(main())
