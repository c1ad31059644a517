"""Makes the pictures of the Trainer tab anew: while it downloads, while it trains, and while it teaches words.

    xvfb-run -s "-screen 0 1280x1024x24" .venv/bin/python scripts/trainer_screenshots.py [FOLDER [LANGUAGE SHADE]]

The site is a slow one on this machine; the network is a small one that really learns, on a made-up voice.
"""

import sys
import time
from itertools import product
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))

from scripts.screenshots import Photographer  # noqa: E402 - found through the line above

N_ARCHIVES, ARCHIVE_BYTES, PIECE_BYTES = 60, 1_500_000, 40_000
EPOCHS, SHOWN_AT = 16, 12
LESSON = "Гляциолог измеряет морену.\nАнтон защитил диссертацию по гляциологии.\nЛедник отступает каждое лето."


def slowly(handler, content: bytes) -> None:
    """As a site does that many people use."""
    handler.send_response(200)
    handler.send_header("Content-Length", str(len(content)))
    handler.end_headers()
    for start in range(0, len(content), PIECE_BYTES):
        if handler.site.closing.wait(0.05):
            return
        handler.wfile.write(content[start : start + PIECE_BYTES])


class TrainerPhotographer(Photographer):
    """One program, its Trainer taken in three of its states."""

    def take_all(self) -> None:
        from tests.helpers.voxforge_site import VoxForgeSite, small_archive

        self.program.open()
        self.window.resize(1000, 780)
        self.window.tabs.setCurrentWidget(self.window.trainer_page)
        self.wait(lambda: self.window.trainer is not None)
        names = [f"speaker{number}-20110516-abc" for number in range(N_ARCHIVES)]
        with VoxForgeSite({f"{name}.tgz": small_archive(name, ARCHIVE_BYTES) for name in names}) as site:
            for name in names:
                site.always_fails(f"{name}.tgz", slowly)
            self._download(site)
        self._train()
        self._teach()
        self.leave()

    def _download(self, site) -> None:
        panel = self.window.trainer.corpus.download
        panel.site.setText(site.url)
        panel.look.click()
        self.wait(lambda: not panel.work.running)
        panel.start.click()
        self.rest(8)
        self.take("trainer-download")
        panel.cancel.click()
        self.wait(lambda: not panel.work.running)

    def _train(self) -> None:
        from gui.training.job import State
        from tests.helpers.models import write_cache

        trainer = self.window.trainer
        training, form = trainer.training, trainer.training.form
        trainer.corpus.use(write_cache(self._home / "corpus", n_train=160, n_held=24))
        trainer.show_page(training)
        form.epochs.setValue(EPOCHS)
        for name, value in {"n_layers": 1, "n_units": 48, "n_stacked": 2}.items():
            form.settings.shape[name].setValue(value)
        for name, value in {"batch_frames": 2400, "averaging": 0.9, "learning_rate": 0.01, "nonspeech": 0.0}.items():
            form.settings.fields[name].setValue(value)
        training.train.click()
        self.wait(lambda: training.curve.epochs_done > SHOWN_AT or training.job.state is State.IDLE, 900)
        training.pause.click()  # so that it does not come to its end before the picture
        training.resume.click()
        self.rest(0.7)
        self.take("trainer-training")
        training.stop.click()
        self.wait(lambda: training.job.state is State.IDLE, 120)

    def _teach(self) -> None:
        trainer = self.window.trainer
        trainer.show_page(trainer.teach)
        trainer.teach.text.setPlainText(LESSON)
        self.rest(0.3)
        self.take("trainer-words")


def main() -> None:
    folder = Path(sys.argv[1]) if len(sys.argv) > 1 else ROOT / "resources" / "screenshots"
    folder.mkdir(parents=True, exist_ok=True)
    from PySide6.QtWidgets import QApplication

    import gui.shell.app  # noqa: F401 - says to qtawesome which Qt is meant

    app = QApplication([])
    for language, shade in [sys.argv[2:4]] if len(sys.argv) > 3 else product(("ru", "en"), ("light", "dark")):
        started = time.monotonic()
        TrainerPhotographer(app, folder, language, shade).take_all()
        print(f"{time.monotonic() - started:.0f} s")


if __name__ == "__main__":
    main()
