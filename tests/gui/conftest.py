"""A window with a fake microphone and a fake recognition, on no screen: nobody's desktop is disturbed."""

import gc
import os
from collections.abc import Iterator, Sequence
from pathlib import Path

import pytest
from PySide6.QtCore import QLocale
from PySide6.QtWidgets import QPushButton
from pytestqt.qtbot import QtBot

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

from engine.audio.capture import LOST_AFTER_S, InputDevice, Recorder
from gui.core import i18n
from gui.core.garbage import Garbage
from gui.core.i18n import window_locale
from gui.core.settings import Settings
from gui.editor.text_page import plain_text
from gui.shell.app import Program
from tests.helpers.fake_engine import FakeEngine
from tests.helpers.fake_microphone import FakeMicrophone

HEADSET = InputDevice("Headset", 1, True, 48_000, 1)
WEBCAM = InputDevice("Webcam", 2, False, 16_000, 2)


class PatientBot(QtBot):
    """Waits long for what must come: a machine with much else to do is slow, not wrong."""

    def waitUntil(self, callback, *, timeout: int = 60_000):
        super().waitUntil(callback, timeout=timeout)

    def waitSignal(self, signal, *, timeout: int = 60_000, **options):
        return super().waitSignal(signal, timeout=timeout, **options)

    def waitSignals(self, signals, *, timeout: int = 60_000, **options):
        return super().waitSignals(signals, timeout=timeout, **options)


@pytest.fixture(scope="session", autouse=True)
def no_clipboard_at_exit(qapp) -> Iterator[None]:
    """Off screen, Qt lets go of what was copied when the process exits: after Python, which had made it."""
    yield
    qapp.clipboard().clear()


@pytest.fixture
def qtbot(qapp, request) -> QtBot:
    return PatientBot(request)


class Stage:
    """The program in a window, and its neighbours in the test's hand."""

    def __init__(
        self,
        language: str = "en",
        ready: bool = True,
        devices: Sequence[InputDevice] = (HEADSET, WEBCAM),
        failure: Exception | None = None,
    ):
        self.engines: list[FakeEngine] = []
        self.models: list[Path] = []
        self.microphone = FakeMicrophone()
        self.devices, self.failure = list(devices), failure
        self.rescans: list[bool] = []
        self.ready = ready
        self.open_file = None
        self.make_engine = None  # of a real one
        self.lost_after_s = LOST_AFTER_S
        self.program = Program(self._make_engine, self.make_recorder, self._list_devices, language)
        self.session, self.page, self.window = self.program.session, self.program.page, self.program.window

    def _make_engine(self, model: Path) -> FakeEngine:
        self.models.append(model)
        self.engines.append(self.make_engine(model) if self.make_engine else FakeEngine(self.ready))
        return self.engines[-1]

    def make_recorder(self, *arguments) -> Recorder:
        options = {"open_file": self.open_file} if self.open_file else {}
        options["lost_after_s"] = self.lost_after_s
        return Recorder(*arguments, open_stream=self.microphone.open, clock=self.microphone.clock, **options)

    def _list_devices(self, rescan: bool) -> list[InputDevice]:
        self.rescans.append(rescan)
        if self.failure is not None:
            raise self.failure
        return self.devices

    @property
    def engine(self) -> FakeEngine:
        """The newest one."""
        return self.engines[-1]

    @property
    def text(self) -> str:
        return plain_text(self.page.transcript.document())

    @property
    def words(self) -> str:
        """The state, as the person reads it."""
        return self.page.controls.state.text()

    def press(self, text: str) -> None:
        """Clicks the button of a message that reads so."""
        buttons = self.page.messages.findChildren(QPushButton)
        (button,) = [button for button in buttons if button.text() == text and button.isVisible()]
        button.click()


@pytest.fixture(scope="module", autouse=True)
def garbage_of_module() -> Iterator[None]:
    """As in the program (gui/core/garbage.py): what windows leave behind is never collected on another thread."""
    gc.disable()
    yield
    gc.collect()
    gc.enable()


@pytest.fixture(autouse=True)
def garbage_of_test(garbage_of_module) -> Iterator[None]:
    yield
    Garbage.collect_due()


@pytest.fixture(autouse=True)
def as_it_was_said(monkeypatch) -> None:
    """Texts come without marks unless a test wants them: then what is dictated can be compared letter by letter."""
    monkeypatch.setattr(Settings.punctuate, "default", False)


@pytest.fixture
def make_stage(qtbot):
    """Opens a stage; closes it at the end, waiting for all it started."""
    stages: list[Stage] = []

    def make(files: tuple[Path, ...] = (), **options) -> Stage:
        stage = Stage(**options)
        stages.append(stage)
        stage.program.open(files)
        qtbot.waitUntil(lambda: bool(stage.engines) and stage.page.isVisible())
        return stage

    yield make
    for stage in stages:
        if not stage.session.has_closed:
            with qtbot.waitSignal(stage.session.closed):
                stage.window.close()
        qtbot.waitUntil(lambda stage=stage: stage.program.history.has_closed)
        if stage.window.trainer is not None:
            qtbot.waitUntil(lambda trainer=stage.window.trainer: trainer.has_closed)
        stage.window.deleteLater()
    i18n.install("en")
    QLocale.setDefault(window_locale())


@pytest.fixture
def stage(make_stage, qtbot) -> Iterator[Stage]:
    """In English, with its model ready and its microphones listed."""
    stage = make_stage()
    qtbot.waitUntil(lambda: stage.words == "Ready" and stage.page.controls.microphones.count() == 3)
    return stage
