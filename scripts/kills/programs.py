"""The verbs of the command line, a model's save and the history's upgrade, as they are killed and looked at."""

import itertools
import random
import shutil
import sqlite3
from collections.abc import Callable, Mapping
from contextlib import closing
from pathlib import Path

import numpy as np
import onnx  # noqa: F401 - here, or each fork would load it when it saves

from engine.decode.language_model import load_language_model
from engine.decode.rescorer import load_rescorer
from engine.history.database import FIRST_SCHEMA
from engine.history.store import History
from engine.model.checkpoint import load_checkpoint, load_network, save_checkpoint
from engine.punctuation.punctuator import GRAPH, Punctuator
from engine.system.json_text import read_json
from scripts.kills.scene import ROOT, Scene, fork, program, wait
from tests.helpers.corpora import SENTENCES, write_voxforge
from tests.helpers.language import language_model
from tests.helpers.models import SMALL, random_checkpoint, write_cache, write_random_checkpoint
from tests.helpers.voices import write_voice
from tests.helpers.voxforge_site import VoxForgeSite, small_archive
from trainer.corpus.cache import FeatureCache
from trainer.training.run import load_state

SAMPLES = sorted((ROOT / "resources" / "samples").glob("*.wav"))
N_ENTRIES = 2000
N_ARCHIVES, ARCHIVE_BYTES = 60, 400_000
_SHAPE = ("--layers", SMALL.n_layers, "--units", SMALL.n_units, "--stacked", SMALL.n_stacked)
_WORDS = sorted({word for one in SENTENCES for word in one.lower().strip(".!?").split() if word.isalpha()})


def transcribing(folder: Path) -> Scene:
    def start() -> int:
        return program("transcribe", *SAMPLES, "-o", folder, "--json", "--overwrite")

    def check() -> None:
        for path in folder.glob("[!.]*"):
            assert read_json(path)["segments"], path

    names = {f"{path.stem}.json" for path in SAMPLES}
    return Scene(start, check, names, lambda: [path.unlink() for path in folder.glob("[!.]*")])


def corpus(folder: Path, *more: object, n_utterances: int = 44) -> Scene:
    """n_utterances: of 48 recordings; four sentences are kept for the test on new ones."""
    write_voxforge(folder / "source", [f"speaker{n}" for n in range(6)])
    cache = folder / "cache"

    def check() -> None:
        if cache.exists():
            assert len(FeatureCache(cache).utterances) == n_utterances

    return Scene(
        lambda: program("corpus", folder / "source", "-o", cache, *more),
        check,
        {"source", "cache"},
        lambda: shutil.rmtree(cache, ignore_errors=True),
    )


def rooms(folder: Path) -> Scene:
    """Each recording of the training set is heard once more."""
    scene = corpus(folder, "--rooms", 1)

    def check() -> None:
        if (folder / "cache").exists():
            assert len(FeatureCache(folder / "cache").utterances) > 44

    scene.check = check
    return scene


def download(folder: Path) -> Scene:
    """What is there in full stays; what is not is fetched by the next run. The site lives as long as this process."""
    archives = {
        f"speaker{n:02}-20110516-abc.tgz": small_archive(f"speaker{n:02}-20110516-abc", ARCHIVE_BYTES)
        for n in range(N_ARCHIVES)
    }
    site = VoxForgeSite(archives)
    site.__enter__()
    there: set[str] = set()

    def finished() -> set[str]:
        return {path.name for path in (folder / "c").glob("[!.]*") if path.is_dir()}

    def check() -> None:
        for name in finished():
            assert (folder / "c" / name / "wav" / "ru_0001.wav").stat().st_size == ARCHIVE_BYTES, name
        assert there <= finished(), there - finished()

    def reset() -> None:
        shutil.rmtree(folder / "c", ignore_errors=True)
        there.clear()

    def start() -> int:
        there.update(finished())
        return program("download", "--url", site.url, "-o", folder / "c")

    return Scene(start, check, {"c"}, reset, goes_on=True, close=lambda: site.__exit__(None, None, None))


def train(folder: Path) -> Scene:
    """The weights at the end are those of a run that nobody killed, whatever came in between."""
    write_cache(folder / "corpus", n_train=24, n_held=4)
    run = folder / "run"
    options = ("--epochs", 8, "--batch-frames", 1500, "--nonspeech", 0, "--threads", 1, "--save-every", 2)

    def position() -> int:
        found = load_state(run)
        return found[1].step if found else 0

    return _training(
        folder,
        lambda: program("train", folder / "corpus", "-o", run, *_SHAPE, *options),
        lambda: load_checkpoint(run / "last").weights,
        [run / "best", run / "last"],
        position,
        {"corpus", "run"},
    )


def tune(folder: Path) -> Scene:
    """The same of a tuning."""
    write_voice(folder / "me")
    write_cache(folder / "corpus", n_train=24, n_held=4)
    model, run = write_random_checkpoint(folder / "model"), folder / "run"
    options = ("--epochs", 2, "--threads", 1, "--language-model", "none")

    def position() -> int:
        found = load_state(run)
        return found[1].step if found else 0

    return _training(
        folder,
        lambda: program("tune", folder / "me", "-o", run, "-m", model, "--corpus", folder / "corpus", *options),
        lambda: load_checkpoint(run / "tuned").weights,
        [run / "tuned"],
        position,
        {"corpus", "me", "model", "run"},
    )


def _training(
    folder: Path,
    start: Callable[[], int],
    result: Callable[[], Mapping[str, np.ndarray]],
    models: list[Path],
    position: Callable[[], int],
    names: set[str],
) -> Scene:
    """position: steps that are saved, which never become fewer; models: whole wherever they are."""
    whole, before = folder.parent / f"{folder.name}-whole.npz", [0]

    def begin() -> int:
        before[0] = position()
        return start()

    def check() -> None:
        assert position() >= before[0], (position(), before)
        for model in models:
            if model.exists():
                load_checkpoint(model)

    def reset() -> None:
        """The run that came to its end is compared with the first that did, and goes."""
        if models[-1].exists() and position():
            weights = result()
            if not whole.exists():
                np.savez(whole, **weights)
            with np.load(whole) as first:
                for name, weight in weights.items():
                    np.testing.assert_allclose(weight, first[name], atol=1e-6, err_msg=name)
        shutil.rmtree(folder / "run", ignore_errors=True)
        before[0] = 0

    def told() -> str:
        reset()
        whole.unlink(missing_ok=True)
        return "the same weights as without a kill"

    return Scene(begin, check, names, reset, goes_on=True, told=told)


def written(path: Path, seed: int, n: int) -> Path:
    """A text that that of another seed is not like."""
    rng = random.Random(seed)
    path.write_text("".join(" ".join(rng.choices(_WORDS, k=6)).capitalize() + ".\n" for _ in range(n)), "utf-8")
    return path


def language(folder: Path) -> Scene:
    """In place of one that is there: that one or the new one is there at any moment, whole."""
    seeds, model = itertools.count(2), folder / "model"
    text = written(folder / "text.txt", 1, 10)

    def check() -> None:
        if model.exists():
            load_language_model(model)

    def reset() -> None:
        written(text, next(seeds), 6000)

    names = {"text.txt", "model"}
    return Scene(lambda: program("language-model", text, "-o", model), check, names, reset)


def second_reading(folder: Path) -> Scene:
    """The language model is whole at any moment, with its second reading or without."""
    lines = [f"{one} {other}" for one in _WORDS for other in _WORDS]
    model = language_model(folder / "model", *lines).folder
    text, seeds = written(folder / "text.txt", 1, 2000), iter(range(1, 1000))

    def start() -> int:
        out, seed = folder / "run", str(next(seeds))
        return program("second-reading", text, "-o", out, "--language-model", model, "--steps", 12, "--seed", seed)

    def reset() -> None:
        shutil.rmtree(folder / "run", ignore_errors=True)

    names = {"text.txt", "model", "model.txt", "run"}
    return Scene(start, lambda: load_rescorer(load_language_model(model)), names, reset)


def punctuation(folder: Path) -> Scene:
    text, run = written(folder / "text.txt", 1, 2000), folder / "run"

    def check() -> None:
        if (run / GRAPH).exists():
            Punctuator.load(run)

    def reset() -> None:
        shutil.rmtree(run, ignore_errors=True)

    return Scene(
        lambda: program("punctuation", text, "-o", run, "--steps", 12), check, {"text.txt", "run"}, reset, goes_on=True
    )


def saving(folder: Path) -> Scene:
    wait(fork(lambda: save_checkpoint(folder, random_checkpoint())))
    checkpoints = [random_checkpoint(seed=seed) for seed in range(1, 4)]

    def save() -> None:
        for checkpoint in checkpoints:
            save_checkpoint(folder, checkpoint)

    def check() -> None:
        load_checkpoint(folder)
        load_network(folder)

    return Scene(lambda: fork(save), check, {"weights.npz", "network.onnx", "model.json"})


def upgrade(folder: Path) -> Scene:
    path = folder / "history.sqlite"

    def reset() -> None:
        for old in folder.iterdir():
            old.unlink()
        with closing(sqlite3.connect(path, isolation_level=None)) as connection:
            connection.executescript(f"BEGIN; {FIRST_SCHEMA} PRAGMA user_version = 1; COMMIT; BEGIN")
            rows = [(f"/{n}.wav", f"текст {n} " * 20) for n in range(N_ENTRIES)]
            into = "INSERT INTO entry (created, source, kind, state, text) VALUES (1, ?, 'file', 'done', ?)"
            connection.executemany(into, rows)
            connection.execute("COMMIT")

    def check() -> None:
        with closing(History(path)) as history:
            assert history.damaged is None
            assert len(history.keys()) == N_ENTRIES
        with closing(sqlite3.connect(folder / "history-format-1.sqlite")) as copy:
            assert copy.execute("SELECT count(*) FROM entry").fetchone() == (N_ENTRIES,)

    names = {"history.sqlite", "history-format-1.sqlite"}
    return Scene(lambda: fork(lambda: History(path).close()), check, names, reset)


SCENES: dict[str, Callable[[Path], Scene]] = {
    "transcribe -o": transcribing,
    "corpus": corpus,
    "corpus --rooms": rooms,
    "download": download,
    "train": train,
    "tune": tune,
    "language-model": language,
    "second-reading": second_reading,
    "punctuation": punctuation,
    "saving a model": saving,
    "upgrade of the history": upgrade,
}
