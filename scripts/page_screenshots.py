"""Makes the pictures of the rest of the pages anew: queue, bin, all settings, models, and what came of a tuning.

    xvfb-run -s "-screen 0 1280x1024x24" .venv/bin/python scripts/page_screenshots.py [FOLDER [LANGUAGE SHADE]]

The tuning is a real one, of the shipped model, on sentences that espeak-ng speaks; it is run once, which takes minutes,
and shown in all pictures.
"""

import shutil
import subprocess
import sys
import tempfile
from itertools import product
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))

from scripts.screenshots import Photographer  # noqa: E402 - found through the line above

N_SPOKEN, VOICE = 24, "ru+m3"


def speak(folder: Path) -> None:
    """A folder of a person's recordings, spoken by espeak-ng; its sentences are those that My voice shows."""
    import soundfile

    from engine.paths import resource
    from trainer.own_voice.recordings import add_utterance

    lines = resource("reading/sentences-ru.txt").read_text(encoding="utf-8").splitlines()
    sound = folder.with_name("spoken.wav")
    for sentence in [line for line in lines if line and not line.startswith("#")][:N_SPOKEN]:
        subprocess.run(["espeak-ng", "-v", VOICE, "-s", "150", "-w", str(sound), sentence], check=True)
        samples, rate_hz = soundfile.read(sound, dtype="float32")
        add_utterance(folder, samples, rate_hz, sentence)
    sound.unlink()


class PagePhotographer(Photographer):
    """tuned: folder that has, or will have, the recordings and the tuning that all pictures show."""

    def __init__(self, app, folder: Path, language: str, shade: str, tuned: Path):
        super().__init__(app, folder, language, shade)
        self._tuned = tuned

    def take_all(self) -> None:
        from gui.session.status import Model

        self.program.open()
        self.wait(lambda: self.session.status.model is Model.READY)
        self._take_queue()
        self._take_bin()
        self._take_settings()
        self._take_models()
        self._take_tuned()
        self.leave()

    def _take_queue(self) -> None:
        from engine.paths import resource

        lectures = self._home.parent / "Лекции"
        lectures.mkdir(exist_ok=True)
        for number in range(1, 7):
            voice = "man" if number % 2 else "woman"
            shutil.copy(resource(f"samples/{voice}.wav"), lectures / f"лекция {number}.wav")
        self.window.tabs.setCurrentWidget(self.window.history_page)
        self.wait(lambda: self.window.history_page.page is not None)
        self.session.open_dropped([lectures], is_quiet=True)
        self.wait(lambda: 0 < self.session.status.n_waiting <= 4)
        self.session.pause(True)
        self.rest(0.3)
        self.take("queue")
        self.session.pause(False)
        self.wait(lambda: not self.session.status.can_cancel)

    def _take_bin(self) -> None:
        from engine.history.entry import Show

        history = self.window.history_page.page
        self.wait(lambda: history.model.rowCount() == 6)
        for _ in range(2):
            before = history.model.rowCount()
            history.view.setCurrentIndex(history.model.index(1))
            self.wait(lambda: len(history.chosen) == 1)
            history.actions.delete.click()
            self.wait(lambda before=before: history.model.rowCount() == before - 1)
        history.messages.close_all()
        history.show_choice.setCurrentIndex(history.show_choice.findData(Show.BIN))
        self.wait(lambda: history.model.rowCount() == 2)
        history.view.setCurrentIndex(history.model.index(0))
        self.wait(lambda: len(history.chosen) == 1)
        self.rest(0.3)
        self.take("bin")

    def _take_settings(self) -> None:
        from gui.settings.sections import SECTIONS

        self.window.tabs.setCurrentWidget(self.window.settings_page)
        self.wait(lambda: self.window.settings_page.page is not None)
        for section in SECTIONS:
            if section.name != "own_words":  # is in the README's picture
                self.window.settings_page.page.show_section(section.name)
                self.rest(0.5)
                self.take(f"settings-{section.name}")

    def _take_models(self) -> None:
        from engine.paths import models_dir, shipped_checkpoint

        for name in ("мой голос", "кабинет"):
            shutil.copytree(shipped_checkpoint(), models_dir() / name / "best")
        self.window.tabs.setCurrentWidget(self.window.trainer_page)
        self.wait(lambda: self.window.trainer is not None)
        trainer = self.window.trainer
        trainer.show_page(trainer.models)
        self.wait(lambda: trainer.models.table.rowCount() == 3)
        trainer.models.table.selectRow(1)
        self.rest(0.3)
        self.take("trainer-models")

    def _take_tuned(self) -> None:
        from engine.paths import data_dir, my_voice_dir

        own, run = my_voice_dir(), data_dir() / "tuning" / "my-voice"
        if (self._tuned / "run").exists():
            shutil.copytree(self._tuned / "own", own)
            shutil.copytree(self._tuned / "run", run)
        else:
            speak(own)
        self.window.tabs.setCurrentWidget(self.window.voice)
        self.wait(lambda: self.window.voice.page is not None)
        page = self.window.voice.page
        if not run.exists():
            page.tuning.begin()
            self.wait(lambda: not page.tuning.busy and page.tuning.result is not None, 3600)
            shutil.copytree(own, self._tuned / "own")
            shutil.copytree(run, self._tuned / "run")
        self.rest(0.5)
        self.take("voice-tuned")


def main() -> None:
    folder = Path(sys.argv[1]) if len(sys.argv) > 1 else ROOT / "resources" / "screenshots"
    folder.mkdir(parents=True, exist_ok=True)
    from PySide6.QtWidgets import QApplication

    import gui.shell.app  # noqa: F401 - says to qtawesome which Qt is meant

    app = QApplication([])
    with tempfile.TemporaryDirectory() as tuned:
        for language, shade in [sys.argv[2:4]] if len(sys.argv) > 3 else product(("ru", "en"), ("light", "dark")):
            PagePhotographer(app, folder, language, shade, Path(tuned)).take_all()


if __name__ == "__main__":
    main()
