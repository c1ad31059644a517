"""How cost grows with size: four sizes or more, each twice or four times the one before.

usage: python -m scripts.benchmarks.growth letters|language|beam|vocabulary|history|epoch|extraction [--quick]; prints
JSON: sizes and, of each thing measured, seconds of the processor. One thread; what other programs do does not
count.
"""

import json
import os
import sys
import tempfile
import time
from collections.abc import Callable
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import numpy as np

from scripts.benchmarks.speech import write_speech

QUICK = "--quick" in sys.argv
SPOKEN_S = 30.0
LENGTHS = {"letters": (900, 1800, 3600, 7200), "language": (300, 600, 1200, 2400)}
BEAMS, WORDS = (75, 150, 300, 600), (37_500, 75_000, 150_000, 300_000)
ENTRIES, UTTERANCES, SPEAKERS = (1562, 6250, 25_000, 100_000), (256, 512, 1024, 2048), (4, 8, 16, 32)


def _seconds(work: Callable[[], object]) -> float:
    begun_s = time.process_time()
    work()
    return time.process_time() - begun_s


def lengths(what: str, sizes: tuple[int, ...], folder: Path) -> list[float]:
    """Recordings of so many seconds."""
    from scripts.benchmarks.speed import transcriber

    reader = transcriber("ours" if what == "letters" else what, 1)
    list(reader.transcribe(write_speech(folder / "warm-up.wav", 10)))
    paths = [write_speech(folder / f"{size}.wav", size) for size in sizes]
    return [_seconds(lambda path=path: list(reader.transcribe(path))) for path in paths]


class _Kept:
    """Stands where a decoder stands and keeps what it is given."""

    def __init__(self) -> None:
        self.stretches: list[np.ndarray] = []

    def decode(self, log_probs, said=()) -> list:
        self.stretches.append(log_probs.copy())
        return []

    guess = decode


def searches(what: str, sizes: tuple[int, ...], folder: Path) -> list[float]:
    """The search of some stretches of speech, with beams of so many hypotheses or so many of the words."""
    from engine.decode.beam import BeamDecoder
    from engine.decode.language_model import load_language_model
    from engine.model.recogniser import load_recogniser
    from engine.paths import shipped_checkpoint, shipped_language_model
    from engine.transcribe.transcribe import Transcriber

    kept = _Kept()
    description, recognise = load_recogniser(shipped_checkpoint(), 1)
    list(Transcriber(description, recognise, kept).transcribe(write_speech(folder / "speech.wav", SPOKEN_S)))
    model, found = load_language_model(shipped_language_model()), []
    for size in sizes:
        decode = replace(description.decode, beam_size=size) if what == "beam" else description.decode
        fewer = replace(model, scores=model.scores[:: len(model.scores) // size]) if what == "vocabulary" else model
        if what == "vocabulary":
            words = model.words[:: len(model.scores) // size]
            fewer = replace(fewer, lexicon=np.frombuffer("\n".join(words).encode(), np.uint8))
        decoder = BeamDecoder(description.alphabet, fewer, decode)
        decoder.readings(kept.stretches[0])
        found.append(_seconds(lambda one=decoder: [one.readings(stretch) for stretch in kept.stretches]))
    return found


def history(_what: str, sizes: tuple[int, ...], folder: Path) -> dict[str, list[float]]:
    """A history of so many entries: the slowest of some searches, and what a start asks."""
    from engine.history.store import History
    from scripts.benchmarks.history import QUERIES, fill

    found: dict[str, list[float]] = {"history": [], "listing": []}
    for size in sizes:
        path = folder / f"{size}.sqlite"
        fill(path, size)

        def begin(path: Path = path) -> None:
            with closing(History(path)) as store:
                store.entries(store.keys()[:100])

        with closing(History(path)) as store:
            searches = [lambda query=query: store.entries(store.keys(query)[:100], query) for query in QUERIES]
            found["history"].append(max(min(_seconds(search) for _ in range(5)) for search in searches))
        found["listing"].append(min(_seconds(begin) for _ in range(5)))
    return found


def epoch(_what: str, sizes: tuple[int, ...], folder: Path) -> list[float]:
    """An epoch of a small network on so many utterances."""
    from engine.config import VOXFORGE
    from tests.helpers.models import SMALL, write_cache
    from trainer.dataset.training_data import material
    from trainer.network.threads import use_threads
    from trainer.settings import TrainConfig
    from trainer.training.loop import Training

    use_threads(1)
    settings = TrainConfig(epochs=1, batch_frames=3000, nonspeech=0)
    found = []
    for size in (64, *sizes):
        corpus = material([write_cache(folder / f"c{size}", size, 4)], (), VOXFORGE)
        training = Training(folder / f"r{size}", corpus, VOXFORGE, SMALL, settings)
        found.append(_seconds(lambda one=training: list(one.events())))
    return found[1:]


def extraction(_what: str, sizes: tuple[int, ...], folder: Path) -> list[float]:
    """A feature cache of so many speakers' recordings, eight of each; in processes of their own."""
    from engine.config import VOXFORGE
    from tests.helpers.corpora import write_voxforge
    from trainer.corpus.build_cache import build_cache
    from trainer.corpus.preflight import Rules

    found = []
    for number, size in enumerate(sizes):
        source = write_voxforge(folder / f"s{number}", [f"speaker{n}" for n in range(size)])
        before = os.times()
        list(build_cache([source], folder / f"c{number}", Rules(VOXFORGE)))
        after = os.times()
        found.append(sum(after[:4]) - sum(before[:4]))
    return found


ALL: dict[str, tuple[Callable[[str, tuple[int, ...], Path], object], tuple[int, ...]]] = {
    "letters": (lengths, LENGTHS["letters"]),
    "language": (lengths, LENGTHS["language"]),
    "beam": (searches, BEAMS),
    "vocabulary": (searches, WORDS),
    "history": (history, ENTRIES),
    "epoch": (epoch, UTTERANCES),
    "extraction": (extraction, SPEAKERS),
}


def main(what: str) -> None:
    work, sizes = ALL[what]
    sizes = tuple(max(1, size // 50) for size in sizes) if QUICK else sizes
    with tempfile.TemporaryDirectory() as folder:
        found = work(what, sizes, Path(folder))
        print(json.dumps({"sizes": sizes, "seconds": found if isinstance(found, dict) else {what: found}}))


if __name__ == "__main__":
    main(sys.argv[1])
