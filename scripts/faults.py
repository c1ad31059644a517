"""What each verb says where the disk or the memory fails it: one sentence, and nothing else.

usage: python -m scripts.faults [VERB...]. Prints the table of docs/reliability.md; Linux, with user namespaces.
"""

import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from scripts.kills.programs import written
from tests.helpers.corpora import write_voxforge
from tests.helpers.language import language_model
from tests.helpers.models import SMALL, write_cache, write_random_checkpoint
from tests.helpers.voices import write_voice
from tests.helpers.voxforge_site import VoxForgeSite, small_archive

ROOT = Path(__file__).resolve().parents[1]
SAMPLE = ROOT / "resources" / "samples" / "man.wav"
_SHAPE = ("--layers", SMALL.n_layers, "--units", SMALL.n_units, "--stacked", SMALL.n_stacked)
_LIMIT_S = 240
_TOLD, _MORE = "a sentence", "MORE THAN A SENTENCE"


@dataclass(frozen=True)
class Verb:
    """command(source, out): its arguments. inputs: what it reads, below source, which fails with an input error."""

    prepare: Callable[[Path], None]
    command: Callable[[Path, Path], tuple[object, ...]]
    unreadable: str


def _train(source: Path, out: Path) -> tuple[object, ...]:
    options = ("--epochs", 3, "--batch-frames", 1500, "--nonspeech", 0, "--threads", 1, "--save-every", 2)
    return ("train", source / "corpus", "-o", out, *_SHAPE, *options)


def _tune(source: Path, out: Path) -> tuple[object, ...]:
    options = ("--epochs", 1, "--threads", 1)
    return ("tune", source / "me", "-o", out, "-m", source / "model", *options)


def _prepare_tuning(source: Path) -> None:
    write_voice(source / "me")
    write_random_checkpoint(source / "model")


def _prepare_reading(source: Path) -> None:
    language_model(source / "model", "мама мыла раму", "да это так")
    written(source / "text.txt", 1, 2000)


def _second_reading(source: Path, out: Path) -> tuple[object, ...]:
    return ("second-reading", source / "text.txt", "-o", out, "--language-model", source / "model", "--steps", 4)


VERBS = {
    "transcribe -o": Verb(
        lambda source: shutil.copy(SAMPLE, source / "a.wav"),
        lambda source, out: ("transcribe", source / "a.wav", "-o", out, "--json"),
        "a.wav",
    ),
    "corpus": Verb(
        lambda source: write_voxforge(source / "voices", ["anna", "ira", "oleg"]),
        lambda source, out: ("corpus", source / "voices", "-o", out / "cache"),
        "voices/anna-20110516-abc/etc/prompts-original",
    ),
    "train": Verb(lambda source: write_cache(source / "corpus", 12, 4), _train, "corpus/features.npy"),
    "tune": Verb(_prepare_tuning, _tune, "model/weights.npz"),
    "average": Verb(
        lambda source: write_random_checkpoint(source / "model"),
        lambda source, out: ("average", source / "model", source / "model", "-o", out),
        "model/weights.npz",
    ),
    "language-model": Verb(
        lambda source: written(source / "text.txt", 1, 6000),
        lambda source, out: ("language-model", source / "text.txt", "-o", out / "model"),
        "text.txt",
    ),
    "second-reading": Verb(_prepare_reading, _second_reading, "text.txt"),
    "punctuation": Verb(
        lambda source: written(source / "text.txt", 1, 2000),
        lambda source, out: ("punctuation", source / "text.txt", "-o", out, "--steps", 4),
        "text.txt",
    ),
}
DISKS = {
    "a full disk": "mount -t tmpfs -o size=64k none {out}; head -c 1M /dev/zero > {out}/film 2>/dev/null",
    "a read-only disk": "mount -t tmpfs none {out}; mount -o remount,ro {out}",
    "a disk that fails (EIO)": "mount --bind /proc/$$/mem {unreadable}",
    "300 MB of memory": "ulimit -d 300000",
}
VANISHES = "the folder vanishes"


def outcome(verb: Verb, fault: str, place: Path, url: str) -> str:
    """What it ended with."""
    source, out = place / "source", place / "out"
    for folder in (source, out, place / "home"):
        folder.mkdir(parents=True)
    verb.prepare(source)
    arguments = [str(one).replace("URL", url) for one in verb.command(source, out)]
    spoil = DISKS.get(fault, "true").format(out=out, unreadable=source / verb.unreadable)
    script = f'{spoil}; exec "$@"'
    command = ["unshare", "-r", "-m", "sh", "-c", script, "-", sys.executable, ROOT / "main.py", *arguments]
    threads = {"OMP_NUM_THREADS": "1", "TF_NUM_INTRAOP_THREADS": "1", "TF_CPP_MIN_LOG_LEVEL": "3"}
    environment = {**os.environ, **threads, "DIKTOVKA_HOME": str(place / "home")}
    running = subprocess.Popen(
        command, cwd=ROOT, env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    )
    if fault == VANISHES:
        while running.poll() is None and not any(out.iterdir()):
            time.sleep(0.01)
        shutil.rmtree(out, ignore_errors=True)
        shutil.rmtree(source, ignore_errors=True)
    try:
        _, said = running.communicate(timeout=_LIMIT_S)
    except subprocess.TimeoutExpired:
        running.kill()
        return f"NO END IN {_LIMIT_S} s"
    lines = [line for line in said.splitlines() if line.startswith("diktovka: ")]
    if "Traceback" in said or (running.returncode != 0 and len(lines) != 1):
        print(said[-1500:], file=sys.stderr)
        return _MORE if running.returncode >= 0 else f"ENDED BY SIGNAL {-running.returncode}"
    if running.returncode == 0:
        return "done"
    print(f"{fault}: {lines[0]}", file=sys.stderr)
    return _TOLD


def main(names: list[str]) -> None:
    faults = [*DISKS, VANISHES]
    print("| verb | " + " | ".join(faults) + " |\n|---|" + "---|" * len(faults), flush=True)
    archives = {f"s{n}-20110516-abc.tgz": small_archive(f"s{n}-20110516-abc", 200_000) for n in range(12)}
    with VoxForgeSite(archives) as site:
        for name in names or VERBS:
            cells = []
            for fault in faults:
                with tempfile.TemporaryDirectory() as place:
                    cells.append(outcome(VERBS[name], fault, Path(place), site.url))
            print(f"| {name} | " + " | ".join(cells) + " |", flush=True)


VERBS["download"] = Verb(
    lambda source: (source / "none").touch(), lambda _source, out: ("download", "--url", "URL", "-o", out), "none"
)
if __name__ == "__main__":
    main(sys.argv[1:])
