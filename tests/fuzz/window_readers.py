"""What the window reads: settings, and what another start says over the socket."""

import tempfile
from functools import cache
from pathlib import Path

from PySide6.QtCore import QEventLoop
from PySide6.QtNetwork import QLocalSocket
from PySide6.QtWidgets import QApplication

from engine.system.json_text import parse_json
from gui.core.settings import FILE, Settings
from gui.desktop.single_instance import SingleInstance
from gui.settings.transfer import exported, missing_folders, parsed
from tests.fuzz.reader import Prepared, Reader, put


def _exported_settings(folder: Path) -> Prepared:
    values = Settings(folder).values() | {"corpora": '["/записи"]', "keys": '{"record": "F9"}'}

    def read(content: bytes) -> object:
        taken, _unknown, _words = parsed(content.decode("utf-8", "replace"), folder / "a.json")
        settings = Settings(folder)
        settings.take(taken)
        return missing_folders(settings.values()), settings.model, settings.recordings, settings.language_model

    return [exported(values, "Яндекс\niPhone = айфон").encode()], read


def _settings_file(folder: Path) -> Prepared:
    """Whatever stands there, each setting is one that is allowed."""
    settings = Settings(folder)
    settings.take({"keep_days": 7, "appearance": "dark", "watch_folder": "/записи", "keys": "{}", "punctuate": False})
    settings.save()
    content = (folder / FILE).read_bytes()

    def read(content: bytes) -> None:
        with tempfile.TemporaryDirectory(dir=folder) as own:
            put(Path(own) / FILE, content)
            settings = Settings(Path(own))
            settings.check(settings.values())
            _ = settings.geometry, settings.model, settings.corpora, settings.folder, settings.former_model

    return [content], read


@cache
def _app() -> QApplication:
    """Of the process, for good; a whole one, for tests of windows in the same process cannot do with less."""
    return QApplication.instance() or QApplication([])


def _socket(folder: Path) -> Prepared:
    """A line of nonsense is answered, and so is a good one behind it."""
    app = _app()
    instance = SingleInstance(Path(tempfile.mkdtemp(dir="/tmp")))
    assert instance.claim()
    instance.listen(lambda _options: None)
    good = '{"command": "open", "files": ["/записи/а.wav"], "token": ""}\n'.encode()

    def read(content: bytes) -> None:
        _said(app, instance.address, content.replace(b"\n", b" ") + b"\n")
        answer = _said(app, instance.address, good)
        assert parse_json(answer)["error"] is None, answer

    return [good], read


def _said(app: QApplication, address: str, content: bytes) -> bytes:
    """The answer."""
    socket = QLocalSocket()
    socket.connectToServer(address)
    assert socket.waitForConnected(5000), socket.errorString()
    socket.write(content)
    while socket.state() is not QLocalSocket.LocalSocketState.UnconnectedState:
        app.processEvents(QEventLoop.ProcessEventsFlag.WaitForMoreEvents)
    return bytes(socket.readAll().data())


READERS = {
    "settings: export": Reader(_exported_settings),
    "settings: file": Reader(_settings_file),
    "another start over the socket": Reader(_socket),
}
