"""What the window remembers from one time to the next: an INI file in the config folder."""

from pathlib import Path

from PySide6.QtCore import QByteArray, QSettings

from engine.paths import config_dir


class Settings:
    """Each property is read from and written to the file; a value that cannot be read is the default."""

    def __init__(self, folder: Path | None = None):
        self._file = QSettings(str((folder or config_dir()) / "window.ini"), QSettings.Format.IniFormat)

    @property
    def microphone(self) -> str | None:
        """Name of the chosen microphone; None for the system's default."""
        return str(self._file.value("microphone", "")) or None

    @microphone.setter
    def microphone(self, name: str | None) -> None:
        self._file.setValue("microphone", name or "")

    @property
    def folder(self) -> Path:
        """Where a file was last opened or saved."""
        folder = Path(str(self._file.value("folder", "")) or Path.home())
        return folder if folder.is_dir() else Path.home()

    @folder.setter
    def folder(self, folder: Path) -> None:
        self._file.setValue("folder", str(folder))

    @property
    def geometry(self) -> QByteArray:
        """The window's place and size, as QWidget.saveGeometry gives them; empty at first."""
        geometry = self._file.value("geometry")
        return geometry if isinstance(geometry, QByteArray) else QByteArray()

    @geometry.setter
    def geometry(self, geometry: QByteArray) -> None:
        self._file.setValue("geometry", geometry)

    def save(self) -> None:
        self._file.sync()
