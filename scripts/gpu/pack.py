"""Recordings, their words and when each letter is said -> one small folder, to be carried to a machine with a GPU.

Cepstra are cut to 6 bits, a sixth of their deviation a step, and compressed; `unpack` makes feature caches of them.
"""

import argparse
import lzma
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from engine.alphabet import Alphabet
from engine.config import VOXFORGE, FeatureConfig, ModelConfig
from scripts.gpu.unpack import DROPPED, write_rows
from trainer.corpus.cache import SCALE, FeatureCache
from trainer.dataset.align import Alignment
from trainer.dataset.batches import Example, Examples
from trainer.dataset.training_data import TRAIN, examples_by_split, told_apart

_MODEL = ModelConfig(n_stacked=3)  # how many frames a letter needs at least
_NONSPEECH = 300


def spread(examples: Sequence[Example]) -> tuple[np.ndarray, np.ndarray]:
    """The means over recordings of their cepstra's mean and deviation, (n_cepstra,) each."""
    heard = [example.cepstra() for example in examples[:: max(1, len(examples) // 1000)]]
    return np.mean([one.mean(axis=0) for one in heard], axis=0), np.mean([one.std(axis=0) for one in heard], axis=0)


def pack(
    folder: Path,
    name: str,
    examples: Sequence[Example],
    scale: tuple[np.ndarray, np.ndarray],
    like: tuple[np.ndarray, np.ndarray] | None = None,
) -> None:
    """Writes NAME.xz and NAME.tsv; examples of any source, on the scale and offset of one corpus.

    like: the `spread` that they are brought to, for a corpus made by a front end that scales its cepstra otherwise.
    """
    codes, rows, start = [], [], 0
    scale, offset = scale
    own = spread(examples) if like else None
    for example in examples:
        cepstra = example.cepstra()
        if own:
            cepstra = (cepstra - own[0]) / own[1] * like[1] + like[0]
        codes.append(np.clip(np.round((cepstra - offset) / scale), -128, 127).astype(np.int16) >> DROPPED)
        rows.append((example.id, example.speaker, TRAIN, start, len(cepstra), example.text))
        start += len(cepstra)
    change = np.diff(np.concatenate(codes), axis=0, prepend=0).astype(np.int8)
    (folder / f"{name}.xz").write_bytes(lzma.compress(np.ascontiguousarray(change.T).tobytes(), preset=2))
    write_rows(folder / f"{name}.tsv", rows)
    print(f"{name}: {len(rows)} recordings, {start / 360000:.2f} h", flush=True)


@dataclass(frozen=True)
class Wanted:
    """What is packed: corpora to learn from, in order; sets to be judged on; corpora whose cepstra
    are brought to the spread of the first."""

    corpora: tuple[Path, ...]
    held: tuple[Path, ...]
    rescaled: tuple[Path, ...] = ()
    features: FeatureConfig = VOXFORGE


def write(folder: Path, wanted: Wanted, alignment: Alignment | None) -> None:
    """One pack a corpus, the development sets, sounds without words, and the alignment."""
    from trainer.dataset.nonspeech import examples as nonspeech

    folder.mkdir(parents=True, exist_ok=True)
    shaper = Examples(Alphabet(), wanted.features, _MODEL)
    first = FeatureCache(wanted.corpora[0])
    told = np.load(first.folder / SCALE)
    scale = told["scale"], told["offset"]
    (folder / SCALE).write_bytes((first.folder / SCALE).read_bytes())
    found = {path: examples_by_split(path, wanted.features) for path in (*wanted.corpora, *wanted.held)}
    apart = iter(told_apart([e for path in wanted.corpora for e in found[path].get(TRAIN, [])]))
    like = None
    for path in wanted.corpora:
        own = [next(apart) for _ in found[path].get(TRAIN, [])]
        like = like or spread(own)
        pack(folder, path.name, shaper.usable(own), scale, like if path in wanted.rescaled else None)
    for splits in found.values():
        for split, examples in splits.items():
            if split not in (TRAIN, "test_seen_text", "test_unseen_text"):
                pack(folder, f"held-{split}", shaper.usable(examples), scale)
    pack(folder, "nonspeech", nonspeech(_NONSPEECH, wanted.features, 1), scale)
    if alignment:
        alignment.save(folder / "alignment.npz")


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("corpus", nargs="+", type=Path, help="feature caches, of which the split train is taken")
    parser.add_argument("--held", action="append", default=[], type=Path, help="sets to be judged on")
    parser.add_argument(
        "--rescale", action="append", default=[], type=Path, help="of the corpora: bring to the first's"
    )
    parser.add_argument("--sure", type=Path, help="cache; what else the last corpus has is left out at a run's end")
    parser.add_argument("--alignment", type=Path, help="alignment.npz of a run that trained on these, in this order")
    parser.add_argument("-o", "--out", type=Path, required=True)
    arguments = parser.parse_args()
    alignment = Alignment.load(arguments.alignment) if arguments.alignment else None
    wanted = Wanted(tuple(arguments.corpus), tuple(arguments.held), tuple(arguments.rescale))
    write(arguments.out, wanted, alignment)
    if arguments.sure:
        ids = [{one.id for one in FeatureCache(path).utterances} for path in (arguments.corpus[-1], arguments.sure)]
        (arguments.out / "unsure.txt").write_text("\n".join(sorted(ids[0] - ids[1])) + "\n", encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
