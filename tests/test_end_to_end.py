"""Somebody speaks, and reads it: window, microphone, recognition and disk as they are; nothing is replaced.

A sound server of our own has a loudspeaker whose monitor is the microphone; the window is on a screen of our own.
"""

import json
import subprocess
import sys
import wave
from pathlib import Path

import pytest

from engine.alphabet import normalise
from engine.paths import resource
from trainer.evaluation.metrics import error_rate

ROOT = Path(__file__).parents[1]

MOST_CER = 0.3  # of a voice that the model reads well, through a loudspeaker and a microphone

pytestmark = [
    pytest.mark.skipif(sys.platform != "linux", reason="PulseAudio and Xvfb are for Linux"),
    pytest.mark.timeout(300),
]


def spoken() -> tuple[Path, str]:
    """A recording that comes with the program, and what is said in it."""
    (sample, *_) = json.loads(resource("samples/samples.json").read_text(encoding="utf-8"))
    return resource("samples") / sample["file"], normalise(sample["text"])


def cer(reference: str, hypothesis: str) -> float:
    return error_rate([(reference, normalise(hypothesis))]).cer


def test_speak_and_read(shipped, own_home, screen, sound):
    recording, text = spoken()
    environment = {**sound, "DISPLAY": screen}
    command = [sys.executable, "-m", "tests.helpers.dictate", str(recording)]
    person = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, timeout=280)
    assert person.returncode == 0, person.stderr
    seen = json.loads(person.stdout)
    (copied,) = seen["messages"]
    assert copied.startswith("What you dictate is copied")
    assert cer(text, seen["file"]) < MOST_CER, seen
    assert cer(text, seen["text"]) < MOST_CER, seen
    assert seen["text"].strip()[0].isupper(), seen
    assert seen["text"].rstrip().endswith((".", "?", "!")), seen
    assert len(set(seen["provisional"])) >= 3, seen
    heard_in_order = [words for words in seen["words"] if words in ("Listening", "Writing down the rest", "Ready")]
    assert heard_in_order == ["Ready", "Listening", "Writing down the rest", "Ready"]

    log = (own_home / "log" / "diktovka.log").read_text(encoding="utf-8")
    assert "Recording ended" in log
    heard = {word for word in normalise(f"{seen['file']} {seen['text']}").split() if len(word) > 2}
    assert len(heard) > 5, heard
    assert heard.isdisjoint(normalise(log).split()), "the log never holds what was said"

    (kept,) = (own_home / "data" / "recordings").glob("*.wav")
    with wave.open(str(kept)) as file, wave.open(str(recording)) as played:
        length_s = file.getnframes() / file.getframerate()
        assert length_s >= played.getnframes() / played.getframerate() + 0.4  # half a second after Stop is kept

    command = [sys.executable, "main.py", "transcribe", "--no-digits", str(kept)]
    read_again = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=120)
    assert read_again.returncode == 0, read_again.stderr
    assert read_again.stdout.split() == seen["text"].split()  # live and from the file, the same words
