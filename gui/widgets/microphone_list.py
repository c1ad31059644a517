"""The choice of a microphone. The list is made anew whenever it is opened: one may be plugged in later."""

from collections.abc import Callable, Iterator

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtWidgets import QComboBox, QSizePolicy

from engine.audio.capture import InputDevice, input_devices
from engine.errors import NoMicrophone
from gui.core.i18n import _
from gui.core.settings import Settings
from gui.core.shortcuts import hint
from gui.core.tasks import Work
from gui.widgets.fitted_text import ElidedChoice
from gui.widgets.label import tip
from gui.widgets.theme import GRID, theme

WIDTH_PX, LEAST_PX = 30 * GRID, 15 * GRID
ALSA_DEFAULT = "default"  # is listed as if it were a device; here it is the first entry anyway

ListDevices = Callable[[bool], list[InputDevice]]


class MicrophoneChoice(ElidedChoice):
    """The system's default first, then every microphone by name; the choice is remembered.

    `unusable` tells why there is nothing to choose from: PortAudioMissing, NoMicrophone, ...
    """

    unusable = Signal(object)
    found = Signal()

    def __init__(self, settings: Settings, list_devices: ListDevices = input_devices):
        super().__init__()
        self._settings, self._list_devices = settings, list_devices
        self.looking = Work(self, yielded=self._take, failed=self._fail)
        self.setObjectName("microphones")
        self.setAccessibleName(_("Microphone"))
        hint(self, _("Microphone"), "microphone")
        self.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
        self.setSizePolicy(QSizePolicy.Policy.Maximum, QSizePolicy.Policy.Fixed)
        self._show([])
        self.activated.connect(self._remember)
        settings.changed.connect(self._follow_settings)

    def sizeHint(self) -> QSize:
        return QSize(round(WIDTH_PX * theme().text_scale), super().sizeHint().height())

    def minimumSizeHint(self) -> QSize:
        return QSize(LEAST_PX, super().minimumSizeHint().height())

    @property
    def microphone(self) -> str | None:
        """Name of the chosen one; None for the system's default."""
        return self.currentData()

    def look(self, rescan: bool = False) -> None:
        """Looks for microphones on another thread: the sound system may take its time."""

        def steps() -> Iterator[list[InputDevice]]:
            yield self._list_devices(rescan)

        self.looking.start(steps)

    def showPopup(self) -> None:
        self.look(rescan=True)
        super().showPopup()

    def _fail(self, error: Exception) -> None:
        self._show([])
        self.unusable.emit(error)

    def _take(self, devices: list[InputDevice]) -> None:
        self._show([device.name for device in devices if device.name != ALSA_DEFAULT])
        if devices:
            self.found.emit()
        else:
            self.unusable.emit(NoMicrophone())

    def _show(self, names: list[str]) -> None:
        wanted = [_("System default"), *names]
        if wanted == [self.itemText(i) for i in range(self.count())]:
            return
        opened = self.view().isVisible()
        self.clear()
        for text, name in zip(wanted, [None, *names], strict=True):
            self.addItem(text, name)
            self.setItemData(self.count() - 1, tip(text), Qt.ItemDataRole.ToolTipRole)
        self._select_remembered()
        if opened:
            super().showPopup()  # makes it as long as its new list

    def _select_remembered(self) -> None:
        name = self._settings.microphone
        self.setCurrentIndex(max(0, self.findData(name) if name else 0))

    def _follow_settings(self, name: str) -> None:
        if name == "microphone":
            self._select_remembered()

    def _remember(self, _index: int) -> None:
        self._settings.microphone = self.microphone
