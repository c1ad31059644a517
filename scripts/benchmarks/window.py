"""The window's start and how long its event loop ever stood still: start, recording, transcription.

usage: python -m scripts.benchmarks.window STARTED_AT; STARTED_AT is time.time() of whoever starts it. Prints JSON.
The microphone is the sample recordings, played in real time; everything else is the program as it is.
"""

import json
import sys
import tempfile
import threading
import time
from functools import partial
from pathlib import Path

from PySide6.QtCore import QEventLoop, QObject, QTimer
from PySide6.QtWidgets import QApplication

from engine.audio.capture import Recorder
from gui.session.status import Model, Status
from gui.shell.app import Program
from tests.support.stall import StallMeter

RECORD_MS, SHORT_S, FILE_S, RATE_HZ, BLOCK_S = 12_000, 3.0, 600.0, 16_000, 0.05


class PlayedMicrophone:
    """Stands where `open_portaudio` stands and plays 16-bit samples in real time."""

    rate_hz, channels, active = RATE_HZ, 1, True

    def __init__(self, samples: bytes, _name: str | None, on_block):
        self._closed = threading.Event()
        self._thread = threading.Thread(target=self._play, args=(samples, on_block), daemon=True)
        self._thread.start()

    def _play(self, samples: bytes, on_block) -> None:
        size = 2 * round(BLOCK_S * RATE_HZ)
        for start in range(0, len(samples), size):
            if self._closed.wait(BLOCK_S):
                return
            on_block(samples[start : start + size])

    def close(self) -> None:
        self._closed.set()
        self._thread.join()


class Watch(QObject):
    """Waits in the event loop, a stall meter running."""

    def __init__(self, program: Program):
        super().__init__()
        self._program = program
        self._status = Status()
        self._loop = QEventLoop()
        program.session.status_changed.connect(self._note)

    def _note(self, status: Status) -> None:
        self._status = status
        self._loop.quit()

    def until(self, reached, limit_s: float = 300) -> list[float]:
        """Longest stall in seconds until `reached(status)`; the same less the wait for a busy processor."""
        deadline = time.monotonic() + limit_s
        with StallMeter() as meter:
            while not reached(self._status):
                if time.monotonic() > deadline:
                    raise TimeoutError(f"still {self._status}")
                QTimer.singleShot(200, self._loop.quit)
                self._loop.exec()
        return [meter.longest_s, meter.longest_own_s]

    def for_ms(self, duration_ms: int) -> list[float]:
        """Longest stalls during so long."""
        ended = []
        QTimer.singleShot(duration_ms, lambda: ended.append(True))
        return self.until(lambda _status: bool(ended))

    def close(self) -> None:
        """Closes the window, and waits until all that it had asked for has ended."""
        closed = []
        self._program.session.closed.connect(lambda: closed.append(True))
        self._program.window.close()
        self.until(lambda _status: bool(closed))


def main(started_at: float) -> None:
    app = QApplication([])
    with tempfile.TemporaryDirectory() as folder:
        from scripts.benchmarks.speech import write_speech

        preparing = time.time()
        short, speech = (write_speech(Path(folder) / f"{length}.wav", length) for length in (SHORT_S, FILE_S))
        samples = speech.read_bytes()[44:]
        started_at += time.time() - preparing  # is no part of the program's start
        result = {}
        program = Program(make_recorder=partial(Recorder, open_stream=partial(PlayedMicrophone, samples)))
        watch = Watch(program)
        program.open()
        app.processEvents()
        result["window_s"] = time.time() - started_at
        result["stall_start_s"] = watch.until(lambda status: status.model is Model.READY)
        result["ready_s"] = time.time() - started_at
        program.session.open_files([short])  # a file waits for the language model
        watch.until(lambda status: status.can_cancel)
        watch.until(lambda status: not status.can_cancel)
        result["words_s"] = time.time() - started_at
        program.session.record(None)
        result["stall_recording_s"] = watch.for_ms(RECORD_MS)
        program.session.stop()
        result["stall_after_stop_s"] = watch.until(lambda status: not status.can_cancel)
        program.session.open_files([speech])
        began = time.monotonic()
        begin, rest = watch.until(lambda status: status.can_cancel), watch.until(lambda status: not status.can_cancel)
        result["stall_transcription_s"] = [max(pair) for pair in zip(begin, rest, strict=True)]
        result["transcription_rate"] = FILE_S / (time.monotonic() - began)
        watch.close()
    print(json.dumps(result))


if __name__ == "__main__":
    main(float(sys.argv[1]))
