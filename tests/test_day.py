"""A day with the program: dictate, correct, export, drop files, be killed, find everything, teach it a voice.

As in test_end_to_end nothing is replaced: window, microphone, recognition, disk and tuning are as they are. The voice
that is taught is espeak-ng's. Its sentences are put together of few words, as of somebody who writes down the same
kind of thing every day, so that the few passes over them which the program makes are enough; there are five more than
are needed, since one that is misheard is left out.
"""

import json
import shutil
import signal
import subprocess
import sys
from collections.abc import Iterator
from itertools import product
from pathlib import Path

import numpy as np
import pytest
import soundfile

from engine.alphabet import normalise
from engine.paths import resource
from tests.conftest import ROOT
from tests.helpers.programs import needs
from trainer.evaluation.metrics import error_rate

SAID = "бегемот"
VOICE = ["-v", "ru+croak", "-s", "170", "-p", "90"]
WHEN = ("Завтра утром", "Вечером опять", "Сегодня ночью", "В понедельник", "После обеда")
WHAT = (
    "будет дождь над морем",
    "мама купит свежий хлеб",
    "поезд уходит на север",
    "дети играют во дворе",
    "новая книга лежит на столе",
)
N_TIMES, PAUSE_S = 8, 0.7  # the sentences of a sample in the file that is half read when the program is killed
MOST_CER = 0.5  # of a voice that the model reads well: more means that something is missing or there twice

pytestmark = [
    pytest.mark.skipif(sys.platform != "linux", reason="PulseAudio and Xvfb are for Linux"),
    pytest.mark.timeout(1200),
]


@pytest.fixture
def sample() -> tuple[Path, str]:
    """A recording that comes with the program, and what is said in it."""
    (told, *_) = json.loads(resource("samples/samples.json").read_text(encoding="utf-8"))
    return resource("samples") / told["file"], normalise(told["text"])


@pytest.fixture
def plan(tmp_path, sample) -> dict:
    """What the person has: see tests.helpers.day."""
    recording, _text = sample
    samples, rate_hz = soundfile.read(recording, dtype="float32")
    again = np.concatenate([samples, np.zeros(round(PAUSE_S * rate_hz), np.float32)])
    soundfile.write(tmp_path / "long.wav", np.tile(again, N_TIMES), rate_hz)
    files = [shutil.copy(recording, tmp_path / "short.wav"), tmp_path / "long.wav", shutil.copy(recording, tmp_path)]
    return {
        "recording": str(recording),
        "files": [str(path) for path in files],
        "subtitles": str(tmp_path / "dictated.srt"),
        "said": SAID,
        "voice": str(own_voice(tmp_path / "voice")),
    }


def own_voice(folder: Path) -> Path:
    """Twenty-five sentences of one speaker, with their texts."""
    folder.mkdir()
    lines = ["file\ttext"]
    for number, (when, what) in enumerate(product(WHEN, WHAT)):
        name, text = f"{number}.wav", f"{when} {what}"
        subprocess.run([needs("espeak-ng"), *VOICE, "-w", str(folder / name), text], check=True, timeout=60)
        lines.append(f"{name}\t{text}.")
    (folder / "transcripts.tsv").write_text("\n".join(lines) + "\n", encoding="utf-8")
    return folder


def steps(part: str, plan: dict, environment: dict[str, str], errors: Path) -> Iterator[dict]:
    """What the person saw, step by step. Closed in the middle, the program is killed as by the system."""
    command = [sys.executable, "-m", "tests.helpers.day", part, json.dumps(plan)]
    with (
        errors.open("w") as stderr,
        subprocess.Popen(command, cwd=ROOT, env=environment, stdout=subprocess.PIPE, stderr=stderr, text=True) as run,
    ):
        try:
            for line in run.stdout:
                yield json.loads(line)
        finally:
            was_running = run.poll() is None
            if was_running:
                run.send_signal(signal.SIGKILL)
            run.stdout.read()  # it ends when recognition's process has, too
    assert run.returncode == (-signal.SIGKILL if was_running else 0), errors.read_text()


def cer(reference: str, hypothesis: str) -> float:
    return error_rate([(reference, normalise(hypothesis))]).cer


def test_a_day(shipped, own_home, screen, sound, plan, sample, tmp_path):
    environment = {**sound, "DISPLAY": screen, "PYTHONFAULTHANDLER": "1"}
    _recording, text = sample
    morning = steps("morning", plan, environment, tmp_path / "morning.log")
    dictated = next(morning)["dictated"]
    corrected = next(morning)
    assert corrected["wrong"] == dictated.split()[0]
    assert corrected["corrected"].split() == [SAID, *dictated.split()[1:]]
    interrupted = next(morning)
    morning.close()

    subtitles = Path(plan["subtitles"]).read_text(encoding="utf-8")
    assert subtitles.startswith("1\n00:00:0")
    assert SAID in subtitles

    found, all_read, searched, tuned, kept = steps("evening", plan, environment, tmp_path / "evening.log")
    assert found["brought_back"].split()[: len(dictated.split())] == dictated.split()
    assert [words in " ".join(found["offered"]) for words in ("recording was interrupted", "2 files")] == [True, True]
    recordings = sorted((own_home / "data" / "recordings").glob("*.wav"))
    entries = {Path(source): (length_s, words) for source, length_s, words in all_read["entries"]}
    assert sorted(entries) == sorted([*recordings, *map(Path, plan["files"])])
    assert len(recordings) == 2
    assert entries[recordings[0]][1].split() == corrected["corrected"].split()
    assert entries[recordings[1]][0] >= interrupted["recorded_s"]
    assert cer(text, entries[Path(plan["files"][2])][1]) < MOST_CER
    whole = entries[Path(plan["files"][1])][1]
    assert whole.split()[: len(interrupted["half_read"].split())] == interrupted["half_read"].split()
    assert searched["found"].split() == corrected["corrected"].split()

    assert cer(" ".join([text] * N_TIMES), whole) < MOST_CER
    assert len(tuned["heard"]) == len(WHEN) * len(WHAT)
    letters, wrong_before = tuned["before"]
    assert tuned["after"][0] == letters
    assert tuned["after"][1] < 0.8 * wrong_before, tuned
    assert tuned["shown"].startswith("Your speech is recognised better")
    assert Path(kept["dictates_with"]).parent == own_home / "data" / "models"
