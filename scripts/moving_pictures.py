"""Makes the moving pictures in resources/screenshots/ anew: a dictation, and a training.

    xvfb-run -s "-screen 0 1280x1024x24" .venv/bin/python scripts/moving_pictures.py [FOLDER [LANGUAGE]]

Window, recognition and training are the real ones. The microphone is a sample played at the speed of speech; the
network is a small one that learns a made-up voice, shown faster than it was.
"""

import sys
import time
from collections.abc import Callable
from fractions import Fraction
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))

from scripts.trainer_screenshots import TrainerPhotographer  # noqa: E402 - found through the line above

FRAMES_A_S = 8
DICTATED_S, TRAINED_EVERY_S, SHOWN_AT_END_S = 5.9, 0.75, 3
DICTATION_PX, TRAINING_PX = (840, 600), (840, 740)


def write_gif(path: Path, frames: list) -> None:
    """frames: uint8 (height, width, 3), FRAMES_A_S of them a second."""
    import av
    from av.filter import Graph

    graph = Graph()
    height, width, _ = frames[0].shape
    source = graph.add_buffer(width=width, height=height, format="rgb24", time_base=Fraction(1, FRAMES_A_S))
    split, palette = graph.add("split"), graph.add("palettegen", "stats_mode=full")
    use, sink = graph.add("paletteuse", "dither=none:diff_mode=rectangle"), graph.add("buffersink")
    source.link_to(split)
    split.link_to(palette, 0, 0)
    split.link_to(use, 1, 0)
    palette.link_to(use, 0, 1)
    use.link_to(sink)
    graph.configure()
    for number, pixels in enumerate(frames):
        frame = av.VideoFrame.from_ndarray(pixels, format="rgb24")
        frame.pts, frame.time_base = number, Fraction(1, FRAMES_A_S)
        source.push(frame)
    source.push(None)
    with av.open(str(path), "w", format="gif") as file:
        stream = file.add_stream("gif", rate=FRAMES_A_S)
        stream.width, stream.height, stream.pix_fmt = width, height, "pal8"
        for number in range(len(frames)):
            frame = sink.pull()
            frame.pts, frame.time_base = number, Fraction(1, FRAMES_A_S)
            file.mux(stream.encode(frame))
        file.mux(stream.encode(None))


class Filmer(TrainerPhotographer):
    """One program, filmed while something is waited for."""

    def __init__(self, app, folder: Path, language: str):
        super().__init__(app, folder, language, "light")
        self._language = language
        self._frames: list = []
        self._every_s: float | None = None
        self._next_s = 0.0

    def wait(self, until: Callable[[], bool], limit_s: float = 300) -> None:
        def look() -> bool:
            if self._every_s is not None and time.monotonic() >= self._next_s:
                self._next_s = time.monotonic() + self._every_s
                self._frames.append(self._pixels())
            return until()

        super().wait(look, limit_s)

    def _pixels(self):
        import numpy as np
        from PySide6.QtGui import QImage

        image = self.window.grab().toImage().convertToFormat(QImage.Format.Format_RGB888)
        rows = np.frombuffer(image.constBits(), np.uint8).reshape(image.height(), image.bytesPerLine())
        return rows[:, : 3 * image.width()].reshape(image.height(), image.width(), 3).copy()

    def take(self, state: str) -> None:
        """The film so far, its last picture shown for a while."""
        self._every_s = None
        path = self._folder / f"{state}-{self._language}.gif"
        write_gif(path, self._frames + [self._pixels()] * (SHOWN_AT_END_S * FRAMES_A_S))
        print(f"{path.name}: {len(self._frames)} frames, {path.stat().st_size / 1e6:.1f} MB")

    def _film(self, every_s: float) -> None:
        self._frames, self._every_s = [], every_s

    def take_all(self) -> None:
        from engine.paths import resource
        from gui.session.status import Model

        self.program.open()
        self.window.resize(*DICTATION_PX)
        self.wait(lambda: self.session.status.model is Model.READY)
        self.session.open_files([resource("samples/man.wav")])  # a file waits for the language model
        self.wait(lambda: not self.session.status.can_cancel)
        self.program.page.clear()
        self.program.page.messages.close_all()
        self._film(1 / FRAMES_A_S)
        self.rest(1)
        self.program.page.controls.record.click()
        self.wait(lambda: self.session.elapsed_s > DICTATED_S)
        self.program.page.controls.record.click()
        self.wait(lambda: not self.session.status.can_cancel)
        self.take("dictating")

        self.program.page.messages.close_all()
        self.window.tabs.setCurrentWidget(self.window.trainer_page)
        self.wait(lambda: self.window.trainer is not None)
        self.window.resize(*TRAINING_PX)
        self.rest(0.5)
        self._film(TRAINED_EVERY_S)
        self._train()
        self.leave()


def main() -> None:
    folder = Path(sys.argv[1]) if len(sys.argv) > 1 else ROOT / "resources" / "screenshots"
    folder.mkdir(parents=True, exist_ok=True)
    from PySide6.QtWidgets import QApplication

    import gui.shell.app  # noqa: F401 - says to qtawesome which Qt is meant

    app = QApplication([])
    for language in sys.argv[2:] or ("ru", "en"):
        Filmer(app, folder, language).take_all()


if __name__ == "__main__":
    main()
