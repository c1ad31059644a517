"""The window, killed while it transcribes a queue of files and while it records.

usage, as these scenes start it: python -m scripts.kills.windows queue|record FOLDER

Imports late, as main.py does: the process of recognition imports this module before it looks for its parent.
"""

import itertools
import os
import shutil
import sys
import threading
import time
import wave
from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING

from scripts.kills.scene import ROOT, Scene, python

if TYPE_CHECKING:
    from engine.history.entry import State

SAMPLE = ROOT / "resources" / "samples" / "man.wav"
N_FILES, RECORDED_S, BLOCK_S, RATE_HZ = 8, 4.0, 0.02, 16_000
_ENDED = "done", "failed"


def queue(folder: Path) -> Scene:
    """What was transcribed stays, and the rest is done by the next window. The recognition is the program's."""
    sounds, done = folder / "sounds", {}
    sounds.mkdir()
    for number in range(N_FILES):
        shutil.copy(SAMPLE, sounds / f"{number}.wav")

    def texts() -> dict[str, str]:
        return {name: text for name, (state, text) in _entries(folder / "home").items() if state in _ENDED}

    def start() -> int:
        done.update(texts())
        return python("-m", "scripts.kills.windows", "queue", folder, **_surroundings(folder))

    def check() -> None:
        now = texts()
        assert done.items() <= now.items(), (done, now)

    def reset() -> None:
        done.clear()
        shutil.rmtree(folder / "home", ignore_errors=True)

    return Scene(start, check, {"sounds", "home", "temporary"}, reset, goes_on=True)


def recording(folder: Path) -> Scene:
    """What came from the microphone before the kill is in the file, and the next window offers it."""
    said, lost_s, n_files = folder / "said", [0.0], [0]

    def start() -> int:
        said.write_text("0")
        return python("-m", "scripts.kills.windows", "record", folder, **_surroundings(folder))

    def files() -> list[Path]:
        return sorted((folder / "home").rglob("*.wav"))

    def note() -> None:
        for path in files():
            with wave.open(str(path)) as sound:
                kept = sound.getnframes()
            n_files[0] += 1
            lost_s[0] = max(lost_s[0], (int(said.read_text() or 0) - kept) / RATE_HZ)

    def check() -> None:
        """A file that the history had not yet taken down is taken in by the next window."""
        from engine.history.store import History

        database = folder / "home" / "data" / "history.sqlite"
        if files():
            with closing(History(database)) as history:
                for place in {path.parent for path in files()}:
                    history.adopt(place, time.time() + 1)
        entries = _entries(folder / "home")
        for path in files():
            assert path.name in entries, path

    def reset() -> None:
        shutil.rmtree(folder / "home", ignore_errors=True)

    def told() -> str:
        return f"{n_files[0]} recordings were begun; at most {lost_s[0]:.2f} s of one were lost"

    return Scene(start, check, {"said", "home", "temporary"}, reset, note=note, told=told)


SCENES = {"a queue of files": queue, "a recording": recording}


def _entries(home: Path) -> dict[str, tuple["State", str]]:
    from engine.history.store import History

    path = home / "data" / "history.sqlite"
    if not path.exists():
        return {}
    with closing(History(path)) as history:
        assert history.damaged is None
        return {one.source.name: (one.state, one.text) for one in history.entries(history.keys())}


def _surroundings(folder: Path) -> dict[str, str]:
    temporary = folder / "temporary"
    temporary.mkdir(exist_ok=True)
    home = {"DIKTOVKA_HOME": str(folder / "home"), "TMPDIR": str(temporary), "XDG_RUNTIME_DIR": str(temporary)}
    return home | {"QT_QPA_PLATFORM": "offscreen"}


# --- the window ---


def _run_queue(folder: Path) -> None:
    """Opens the files, those that are not in the history yet, and leaves when all are done."""
    from PySide6.QtCore import QTimer

    from gui.core.settings import NO_LANGUAGE_MODEL
    from gui.shell.app import Program, run

    made: list[Program] = []
    known = _entries(folder / "home")
    files = [str(path) for path in sorted((folder / "sounds").iterdir()) if path.name not in known]

    def make_program() -> Program:
        program = Program(list_devices=lambda _rescan: [], language="en")
        program.settings.language_model_folder = NO_LANGUAGE_MODEL
        made.append(program)
        timer.start()
        return program

    def look() -> None:
        made[0].history.store.ask(lambda history: [one.state for one in history.entries(history.keys())], leave)

    def leave(states: list["State"]) -> None:
        if len(states) == N_FILES and all(state in _ENDED for state in states):
            timer.stop()
            made[0].window.leave()

    timer = QTimer(interval=200)
    timer.timeout.connect(look)
    sys.exit(run(files, make_program))


def _run_record(folder: Path) -> None:
    """Records a microphone that speaks in real time and notes how much it has said; leaves after a while."""
    from PySide6.QtCore import QTimer

    from engine.audio.capture import InputDevice, Recorder
    from gui.shell.app import Program, run
    from tests.helpers.fake_engine import FakeEngine
    from tests.helpers.fake_microphone import FakeMicrophone

    microphone, engine = FakeMicrophone(), FakeEngine()

    def speak() -> None:
        microphone.opened.wait()
        with (folder / "said").open("w") as said:
            for n in itertools.count(1):
                microphone.say_for(BLOCK_S, block_s=BLOCK_S)
                os.pwrite(said.fileno(), str(round(n * BLOCK_S * RATE_HZ)).encode(), 0)
                time.sleep(BLOCK_S)

    def make_program() -> Program:
        program = Program(
            lambda _model: engine,
            lambda *given: Recorder(*given, open_stream=microphone.open, clock=microphone.clock),
            lambda _rescan: [InputDevice("Fake", 0, True, RATE_HZ, 1)],
            "en",
        )
        program.settings.tour_seen = True
        threading.Thread(target=speak, daemon=True).start()
        QTimer.singleShot(round(1000 * RECORDED_S), leave)
        made.append(program)
        return program

    def leave() -> None:
        engine.read("раз")
        made[0].window.leave()

    made = []
    sys.exit(run(["--record"], make_program))


if __name__ == "__main__":
    {"queue": _run_queue, "record": _run_record}[sys.argv[1]](Path(sys.argv[2]))
