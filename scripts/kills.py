"""What a kill costs: SIGKILL at random moments of what writes files, then a look at them and one more run to the end.

usage: python -m scripts.kills [N] [NAME...]: N kills of each (50), or of those named. Prints the table of
docs/reliability.md and stops with an error where something is damaged, does not go on, or is left lying.
"""

import os
import random
import signal
import sqlite3
import subprocess
import sys
import tempfile
import time
import traceback
from collections.abc import Callable
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

import onnx  # noqa: F401 - here, or each fork would load it when it saves

from engine.history.database import _SCHEMA
from engine.history.store import History
from engine.model.checkpoint import load_checkpoint, load_network, save_checkpoint
from engine.system.json_text import read_json
from tests.helpers.corpora import write_voxforge
from tests.helpers.models import random_checkpoint
from trainer.corpus.cache import FeatureCache

ROOT = Path(__file__).resolve().parents[1]
SAMPLES = sorted((ROOT / "resources" / "samples").glob("*.wav"))
N_ENTRIES = 2000
N_UTTERANCES = 44  # of 48 recordings: four sentences are kept for the test on new ones
SWEPT_AFTER_S = 2.5


@dataclass
class Scene:
    """start: begins the work and gives its process. check: raises where what is there now is not whole.

    names: what may lie in the folder once a run has come to its end.
    """

    start: Callable[[], int]
    check: Callable[[], None]
    names: set[str]
    reset: Callable[[], None] = lambda: None


def transcribing(folder: Path) -> Scene:
    def start() -> int:
        return _program("transcribe", *SAMPLES, "-o", folder, "--json", "--overwrite")

    def check() -> None:
        for path in folder.glob("[!.]*"):
            assert read_json(path)["segments"], path

    names = {f"{path.stem}.json" for path in SAMPLES}
    return Scene(start, check, names, lambda: [path.unlink() for path in folder.glob("[!.]*")])


def corpus(folder: Path) -> Scene:
    write_voxforge(folder / "source", [f"speaker{n}" for n in range(6)])

    def check() -> None:
        if (folder / "cache").exists():
            assert len(FeatureCache(folder / "cache").utterances) == N_UTTERANCES

    def reset() -> None:
        if (folder / "cache").exists():
            for path in (folder / "cache").iterdir():
                path.unlink()
            (folder / "cache").rmdir()

    return Scene(
        lambda: _program("corpus", folder / "source", "-o", folder / "cache"), check, {"source", "cache"}, reset
    )


def saving(folder: Path) -> Scene:
    _wait(_fork(lambda: save_checkpoint(folder, random_checkpoint())))
    checkpoints = [random_checkpoint(seed=seed) for seed in range(1, 4)]

    def save() -> None:
        for checkpoint in checkpoints:
            save_checkpoint(folder, checkpoint)

    def check() -> None:
        load_checkpoint(folder)
        load_network(folder)

    return Scene(lambda: _fork(save), check, {"weights.npz", "network.onnx", "model.json"})


def upgrade(folder: Path) -> Scene:
    path = folder / "history.sqlite"

    def reset() -> None:
        for old in folder.iterdir():
            old.unlink()
        with closing(sqlite3.connect(path, isolation_level=None)) as connection:
            connection.executescript(f"BEGIN; {_SCHEMA} PRAGMA user_version = 1; COMMIT; BEGIN")
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
    return Scene(lambda: _fork(lambda: History(path).close()), check, names, reset)


SCENES = {"transcribe -o": transcribing, "corpus": corpus, "saving a model": saving, "upgrade of the history": upgrade}


def _program(*arguments: object) -> int:
    command = [sys.executable, ROOT / "main.py", *arguments]
    return subprocess.Popen(command, cwd=ROOT, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL).pid


def _fork(work: Callable[[], None]) -> int:
    pid = os.fork()
    if pid == 0:
        status = 1
        try:
            work()
            status = 0
        except Exception:
            traceback.print_exc()
        finally:
            os._exit(status)
    return pid


def _wait(pid: int) -> int:
    return os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])


def _names(place: str) -> set[str]:
    return {path.name for path in Path(place).iterdir()}


def _finish(scene: Scene) -> float:
    """A run to its end; how long it took."""
    begun_s = time.monotonic()
    status = _wait(scene.start())
    assert status == 0, f"it ended with {status}"
    return time.monotonic() - begun_s


def _look(scene: Scene) -> None:
    """In a process of its own, as the next start does."""
    assert _wait(_fork(scene.check)) == 0, "what was finished is not there"


def kill(scene: Scene, after_s: float) -> bool:
    """Whether the kill came before the end."""
    pid = scene.start()
    time.sleep(after_s)
    os.kill(pid, signal.SIGKILL)
    return _wait(pid) == -signal.SIGKILL


def report(name: str, n: int, rng: random.Random) -> list[str]:
    """The cells of a row."""
    with tempfile.TemporaryDirectory() as place:
        scene = SCENES[name](Path(place))
        scene.reset()
        whole_s = _finish(scene)
        _look(scene)
        n_killed = n_unfinished = 0
        for _ in range(n):
            scene.reset()
            n_killed += kill(scene, rng.uniform(0, whole_s))
            n_unfinished += bool(_names(place) - scene.names)
            _look(scene)
        time.sleep(SWEPT_AFTER_S)
        scene.reset()
        _finish(scene)
        _look(scene)
        left = _names(place) - scene.names
        assert not left, left
        return [name, f"{whole_s:.1f} s", str(n), str(n_killed), str(n_unfinished), "0", "0"]


def main(n: int, names: list[str]) -> None:
    rng = random.Random(19)
    heads = ["of", "a whole run", "kills", "in its midst", "with something begun", "damaged"]
    heads.append("left after the next run")
    print("| " + " | ".join(heads) + " |", flush=True)
    print("|---|" + "---:|" * (len(heads) - 1))
    for name in names or SCENES:
        print("| " + " | ".join(report(name, n, rng)) + " |", flush=True)


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 50, sys.argv[2:])
