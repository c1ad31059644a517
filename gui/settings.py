"""What the window remembers from one time to the next: an INI file in the config folder."""

from pathlib import Path

from PySide6.QtCore import QByteArray, QSettings

from engine.paths import config_dir, shipped_checkpoint

_CHECKPOINT = "model.json"  # as in engine.checkpoint, which would bring numpy along before the window is shown


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

    @property
    def model(self) -> Path:
        """The checkpoint to dictate with: the shipped one unless another was chosen that is still there."""
        folder = Path(str(self._file.value("model", "")) or shipped_checkpoint())
        return folder if (folder / _CHECKPOINT).is_file() else shipped_checkpoint()

    @model.setter
    def model(self, folder: Path) -> None:
        self._file.setValue("model", "" if folder == shipped_checkpoint() else str(folder))

    @property
    def corpus(self) -> Path | None:
        """The folder of recordings that were last trained on; None where there is none."""
        named = str(self._file.value("corpus", ""))
        return Path(named) if named and Path(named).is_dir() else None

    @corpus.setter
    def corpus(self, folder: Path) -> None:
        self._file.setValue("corpus", str(folder))

    def save(self) -> None:
        self._file.sync()
