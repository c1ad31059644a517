"""Whether the program grows: a long queue of files, then as many pieces of dictation, in one window.

usage: python -m scripts.long_run [N_FILES [N_PIECES]]. Recognition is the program's, without a language model; a
stand-in for the microphone speaks faster than real time. Prints the table of docs/reliability.md; Linux.
"""

import os
import shutil
import sys
import tempfile
import threading
import time
from array import array
from collections.abc import Callable
from pathlib import Path

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

from PySide6.QtCore import QEventLoop, QTimer
from PySide6.QtWidgets import QApplication

from engine.audio.capture import InputDevice, Recorder
from gui.core.settings import NO_LANGUAGE_MODEL
from gui.session.jobs import Ending, Job
from gui.session.status import Model
from gui.shell.app import Program
from scripts.benchmarks.speech import write_speech
from tests.helpers.fake_microphone import FakeMicrophone

N_FILES = N_PIECES = 300
ROWS, SPOKEN_S, RATE_HZ, BLOCK_S, LIMIT_S = 6, 2.0, 16_000, 0.05, 600.0
_HEADS = "done", "seconds each", "window, MB", "recognition, MB", "threads", "descriptors", "of recognition"


class QuickMicrophone(FakeMicrophone):
    """Says the samples as fast as they are taken, then nothing until it is closed."""

    def __init__(self, samples: "array[int]"):
        super().__init__(RATE_HZ)
        self._samples = samples

    def open(self, name, on_block) -> FakeMicrophone:
        super().open(name, on_block)
        threading.Thread(target=self._speak, daemon=True).start()
        return self

    def _speak(self) -> None:
        size = round(BLOCK_S * RATE_HZ)
        for start in range(0, len(self._samples), size):
            self.say(*self._samples[start : start + size])
        while not self.closed.wait(0.005):
            self.say(*[0] * size)


class LongRun:
    """The program, and how many of its jobs have ended."""

    def __init__(self, samples: "array[int]"):
        self._samples, self._microphone = samples, QuickMicrophone(samples)
        self.program = Program(
            make_recorder=self._make_recorder,
            list_devices=lambda _rescan: [InputDevice("Fake", 0, True, RATE_HZ, 1)],
            language="en",
        )
        self.program.settings.language_model_folder = NO_LANGUAGE_MODEL
        self.program.settings.tour_seen = True
        self.session = self.program.session
        self.n_ended, self._model = 0, Model.LOADING
        self.session.job_ended.connect(self._count)
        self.session.status_changed.connect(self._note)

    def _make_recorder(self, *given) -> Recorder:
        self._microphone = QuickMicrophone(self._samples)
        return Recorder(*given, open_stream=self._microphone.open, clock=self._microphone.clock)

    def _count(self, job: Job) -> None:
        assert job.ending is Ending.DONE, (job.path, job.ending)
        self.n_ended += 1

    def _note(self, status) -> None:
        self._model = status.model

    def wait(self, reached: Callable[[], bool]) -> None:
        deadline_s, loop = time.monotonic() + LIMIT_S, QEventLoop()
        while not reached():
            assert time.monotonic() < deadline_s, f"{self.n_ended} have ended"
            QTimer.singleShot(10, loop.quit)
            loop.exec()

    def open(self) -> None:
        self.program.open()
        self.wait(lambda: self._model is Model.READY)

    def transcribe(self, paths: list[Path]) -> None:
        wanted = self.n_ended + len(paths)
        self.session.open_files(paths)
        self.wait(lambda: self.n_ended >= wanted)

    def dictate(self) -> None:
        wanted = self.n_ended + 1
        self.session.record(None)
        self.wait(lambda: self.session.elapsed_s >= SPOKEN_S)
        self.session.stop()
        self.wait(lambda: self.n_ended >= wanted)

    def close(self) -> None:
        closed: list[bool] = []
        self.session.closed.connect(lambda: closed.append(True))
        self.program.window.close()
        self.wait(lambda: bool(closed))


def row(what: str, seconds_each: float) -> None:
    own, child = Path("/proc/self"), _recognition()
    cells = what, f"{seconds_each:.2f}", _megabytes(own), _megabytes(child), len(list((own / "task").iterdir()))
    descriptors = (len(list((one / "fd").iterdir())) for one in (own, child))
    print("| " + " | ".join(map(str, (*cells, *descriptors))) + " |", flush=True)


def _recognition() -> Path:
    """The child that is no resource tracker."""
    for task in Path("/proc/self/task").iterdir():
        for pid in (task / "children").read_text().split():
            if "spawn_main" in Path(f"/proc/{pid}/cmdline").read_text():
                return Path(f"/proc/{pid}")
    raise AssertionError("recognition has no process")


def _megabytes(process: Path) -> str:
    """What it takes of the memory, without what it shares."""
    _size, resident, shared, *_ = map(int, (process / "statm").read_text().split())
    return f"{(resident - shared) * os.sysconf('SC_PAGE_SIZE') / 1e6:.1f}"


def main(n_files: int, n_pieces: int) -> None:
    QApplication([])
    with tempfile.TemporaryDirectory() as place:
        os.environ["DIKTOVKA_HOME"] = str(Path(place) / "home")
        speech = write_speech(Path(place) / "speech.wav", SPOKEN_S)
        files = [Path(shutil.copy(speech, Path(place) / f"{number}.wav")) for number in range(n_files)]
        run = LongRun(array("h", speech.read_bytes()[44:]))
        run.open()
        print("| " + " | ".join(_HEADS) + " |\n|---|" + "---:|" * (len(_HEADS) - 1), flush=True)
        row("nothing", 0.0)
        for first in range(0, n_files, n_files // ROWS):
            some, begun_s = files[first : first + n_files // ROWS], time.monotonic()
            run.transcribe(some)
            row(f"{first + len(some)} files", (time.monotonic() - begun_s) / len(some))
        for first in range(0, n_pieces, n_pieces // ROWS):
            n, begun_s = min(n_pieces // ROWS, n_pieces - first), time.monotonic()
            for _ in range(n):
                run.dictate()
            row(f"{first + n} pieces", (time.monotonic() - begun_s) / n)
        run.close()
    os._exit(0)  # Qt's and Python's ends need no order here


if __name__ == "__main__":
    main(*[int(one) for one in sys.argv[1:]] or (N_FILES, N_PIECES))
