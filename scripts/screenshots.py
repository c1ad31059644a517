"""Makes the pictures in resources/screenshots/ anew, from the real program in its real states.

    xvfb-run -s "-screen 0 1280x1024x24" .venv/bin/python scripts/screenshots.py [FOLDER]

Recognition is the shipped model; the microphone is a recording played at the speed of speech.
"""

import os
import subprocess
import sys
import tempfile
import time
from functools import partial
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))


class Photographer:
    """One program, taken in each of its states."""

    def __init__(self, app, folder: Path, language: str, shade: str):
        from engine.audio.capture import InputDevice, Recorder
        from engine.paths import resource
        from gui.shell.app import Program
        from gui.widgets.theme import DARK, LIGHT, theme
        from scripts.benchmarks.window import PlayedMicrophone

        self._app, self._folder, self._name = app, folder, f"{shade}-{language}"
        self._home = Path(tempfile.mkdtemp(prefix="diktovka-"))
        os.environ["DIKTOVKA_HOME"] = str(self._home)  # nothing is left of the program before
        spoken = resource("samples/man.wav").read_bytes()[44:] * 3
        theme_of_all = theme()
        self.program = Program(
            make_recorder=partial(Recorder, open_stream=partial(PlayedMicrophone, spoken)),
            list_devices=lambda _rescan: [InputDevice("USB Microphone", 0, True, 16_000, 1)],
            language=language,
        )
        theme_of_all.use(DARK if shade == "dark" else LIGHT)
        self.session = self.program.session
        self.window = self.program.window

    def wait(self, until, limit_s: float = 300) -> None:
        deadline = time.monotonic() + limit_s
        while not until():
            if time.monotonic() > deadline:
                raise SystemExit(f"{self._name}: waited too long")
            self._app.processEvents()
            time.sleep(0.01)

    def rest(self, seconds: float) -> None:
        end = time.monotonic() + seconds
        self.wait(lambda: time.monotonic() > end)

    def leave(self) -> None:
        """Closes the window and waits until nothing of the program runs, its history neither."""
        has_left = []
        self.window.left.connect(lambda: has_left.append(True))
        self.window.leave()
        self.wait(lambda: bool(has_left))

    def take(self, state: str) -> None:
        path = self._folder / f"{state}-{self._name}.png"
        self.window.grab().save(str(path))
        print(path.name)

    def take_editor(self) -> None:
        """The last recording's text beside its sound."""
        tabs, place = self.window.tabs, self.window.history_page
        tabs.setCurrentWidget(place)
        self.wait(lambda: place.page is not None)
        history = place.page
        self.wait(lambda: history.model.rowCount() > 0)
        history.view.setCurrentIndex(history.model.index(0))
        self.wait(lambda: len(history.chosen) == 1)
        history.actions.open.click()
        self.wait(lambda: history.editing.editor is not None and history.editing.editor.player.sound is not None)
        editor = history.editing.editor
        editor.player.seek(editor.text.places.words[2].start_s + 0.1)
        self.rest(0.3)
        self.take("editor")
        editor.bar.back.click()
        tabs.setCurrentWidget(self.program.page)

    def take_history(self) -> None:
        """All that was read so far, the file without sound too; a recording is chosen."""
        from engine.history.entry import State

        self.window.tabs.setCurrentWidget(self.window.history_page)
        self.wait(lambda: self.window.history_page.page is not None)
        history = self.window.history_page.page
        self.wait(lambda: history.model.rowCount() > 3)
        rows = range(history.model.rowCount())
        self.wait(lambda: {entry.state for entry in map(self._entry, rows) if entry} == {State.DONE, State.FAILED})
        self.wait(lambda: all(map(self._entry, rows)))
        history.view.setCurrentIndex(history.model.index(1))
        self.wait(lambda: len(history.chosen) == 1)
        self.rest(0.3)
        self.take("history")
        self.window.tabs.setCurrentWidget(self.program.page)

    def _entry(self, row: int):
        """Of the History's list; None until it is fetched."""
        from gui.history.model import ENTRY

        return self.window.history_page.page.model.index(row).data(ENTRY)

    def take_all(self) -> None:
        from engine.paths import resource
        from gui.session.status import Model

        def ready() -> bool:
            status = self.session.status
            return status.model is Model.READY and not status.can_cancel

        self.program.open()
        self.wait(ready)
        self.take("empty")
        self.session.open_files([resource("samples/man.wav"), resource("samples/woman.wav")])
        self.wait(ready)
        self.rest(0.2)
        self.take("dictation")
        self.take_editor()
        self.program.page.clear()
        self.program.page.messages.close_all()
        self.session.record(None)
        self.wait(lambda: self.session.elapsed_s > 6 and self.program.page.transcript.provisional_text)
        self.rest(0.25)
        self.take("recording")
        self.session.stop()
        self.wait(ready)
        self.wait(lambda: bool(self.program.page.messages.texts))  # that the text was copied
        self.program.page.messages.close_all()
        no_sound = self._home.parent / "Записи" / "лекция.wav"
        no_sound.parent.mkdir(exist_ok=True)
        no_sound.write_text("no sound at all", encoding="utf-8")
        self.session.open_files([no_sound])
        self.wait(lambda: bool(self.program.page.messages.texts))
        self.rest(0.2)
        self.take("problem")
        self.take_history()
        self.take_voice()
        self.take_settings()
        self.leave()

    def take_settings(self) -> None:
        from engine.decode.own_words import write_own_words
        from gui.help.tour import Tour

        write_own_words("Сыктывкар\nЩёлково\nАнтон Павлович\nнейросеть\n")
        self.window.tabs.setCurrentWidget(self.window.settings_page)
        self.wait(lambda: self.window.settings_page.page is not None)
        self.window.settings_page.page.show_section("own_words")
        self.rest(0.3)
        self.take("settings")
        tour = Tour(self.program.settings, self.window)
        tour.open()
        self.rest(0.2)
        tour.grab().save(str(self._folder / f"tour-{self._name}.png"))
        tour.accept()

    def take_voice(self) -> None:
        """With the two samples as sentences that are kept, and a third just read."""
        import json

        import soundfile

        from engine.paths import data_dir, resource
        from gui.voice.reader import State
        from trainer.own_voice.recordings import add_utterance

        self.program.page.messages.close_all()
        for sample in json.loads(resource("samples/samples.json").read_text(encoding="utf-8")):
            samples, rate_hz = soundfile.read(resource(f"samples/{sample['file']}"), dtype="float32")
            add_utterance(data_dir() / "my-voice", samples, rate_hz, sample["text"])
        self.window.tabs.setCurrentWidget(self.window.voice)
        self.wait(lambda: self.window.voice.page is not None)
        page = self.window.voice.page
        self.wait(lambda: len(page.hearing.heard) == 2)
        page.reader.record.click()
        self.wait(lambda: page.reader.state is State.RECORDING)
        self.rest(4)
        page.reader.record.click()
        self.wait(lambda: page.reader.state is State.TAKEN)
        self.rest(0.3)
        self.take("voice")


def main() -> None:
    folder = Path(sys.argv[1]) if len(sys.argv) > 1 else ROOT / "resources" / "screenshots"
    folder.mkdir(parents=True, exist_ok=True)
    from PySide6.QtWidgets import QApplication

    import gui.shell.app  # noqa: F401 - says to qtawesome which Qt is meant

    if len(sys.argv) > 3:
        Photographer(QApplication([]), folder, sys.argv[2], sys.argv[3]).take_all()
        return
    for language in ("ru", "en"):
        for shade in ("light", "dark"):  # each in a process of its own: a program is meant to be there once
            subprocess.run([sys.executable, __file__, str(folder), language, shade], check=True)


if __name__ == "__main__":
    main()
