"""What a kill costs: SIGKILL at random moments of what writes files, then a look at them and one more run to the end.

usage: python -m scripts.kills [N] [NAME...]: N kills of each (50), or of those named. Prints the table of
docs/reliability.md and stops with an error where something is damaged, does not go on, or is left lying.
"""

import os
import random
import signal
import sys
import tempfile
import time
from pathlib import Path

from scripts.kills import programs, windows
from scripts.kills.scene import Scene, fork, lived_on_s, wait

SCENES = programs.SCENES | windows.SCENES
SWEPT_AFTER_S = 2.5
LONGEST_S = 10.0
HEADS = "of", "a whole run", "kills", "in its midst", "with something begun", "a process lived on", "damaged"
HEADS += "left after the next run", "besides"


def _names(place: str) -> set[str]:
    """What lies there, and at any depth what is written before it gets its name."""
    return {path.name for path in (*Path(place).iterdir(), *Path(place).rglob(".*"))}


def _finish(scene: Scene) -> float:
    """A run to its end; how long it took."""
    begun_s = time.monotonic()
    status = wait(scene.start())
    assert status == 0, f"it ended with {status}"
    return time.monotonic() - begun_s


def _look(scene: Scene) -> None:
    """In a process of its own, as the next start does."""
    assert wait(fork(scene.check)) == 0, "what was finished is not there"


def kill(scene: Scene, after_s: float) -> tuple[bool, float]:
    """Whether the kill came before the end, and how long a process of it lived on."""
    pid = scene.start()
    time.sleep(after_s)
    os.kill(pid, signal.SIGKILL)
    was_killed = wait(pid) == -signal.SIGKILL
    return was_killed, lived_on_s(pid, LONGEST_S)


def report(name: str, n: int, rng: random.Random) -> list[str]:
    """The cells of a row."""
    with tempfile.TemporaryDirectory() as place:
        scene = SCENES[name](Path(place))
        try:
            return [name, *_killed(scene, place, n, rng)]
        finally:
            scene.close()


def _killed(scene: Scene, place: str, n: int, rng: random.Random) -> list[str]:
    scene.reset()
    whole_s = _finish(scene)
    _look(scene)
    n_killed, n_unfinished, longest_s, is_new = 0, 0, 0.0, True
    for _ in range(n):
        if is_new or not scene.goes_on:
            scene.reset()
        was_killed, lived_s = kill(scene, rng.uniform(0, whole_s))
        n_killed, is_new, longest_s = n_killed + was_killed, not was_killed, max(longest_s, lived_s)
        n_unfinished += bool(_names(place) - scene.names)
        scene.note()
        _look(scene)
    time.sleep(SWEPT_AFTER_S)
    if not scene.goes_on:
        scene.reset()
    _finish(scene)
    _look(scene)
    left = _names(place) - scene.names
    assert not left, left
    counts = str(n), str(n_killed), str(n_unfinished), f"{longest_s:.2f} s", "0", "0"
    return [f"{whole_s:.1f} s", *counts, scene.told()]


def main(n: int, names: list[str]) -> None:
    rng = random.Random(19)
    print("| " + " | ".join(HEADS) + " |", flush=True)
    print("|---|" + "---:|" * (len(HEADS) - 2) + "---|")
    for name in names or SCENES:
        print("| " + " | ".join(report(name, n, rng)) + " |", flush=True)


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 50, sys.argv[2:])
