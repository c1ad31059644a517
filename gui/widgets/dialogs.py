"""Which files: asked by the system's own dialogs, dropped, or named on the command line."""

from pathlib import Path

from PySide6.QtCore import QMimeData, Qt, QUrl
from PySide6.QtGui import QDesktopServices
from PySide6.QtWidgets import QFileDialog, QMessageBox, QWidget

from engine.audio.formats import SUFFIXES
from engine.system.atomic_files import fitting
from gui.core.errors import NoFileManager
from gui.core.file_names import text_formats
from gui.core.i18n import _


def show_in_folder(path: Path) -> None:
    """A folder, or the one that a file is in, in the system's file manager. Raises NoFileManager."""
    folder = path if path.is_dir() else path.parent
    if not QDesktopServices.openUrl(QUrl.fromLocalFile(str(folder))):
        raise NoFileManager(path=folder)


def ask_open_paths(parent: QWidget, folder: Path) -> list[Path]:
    """Several at once; empty if the person changed their mind."""
    patterns = " ".join(f"*{suffix}" for suffix in SUFFIXES)
    dialog = _dialog(parent, _("Open recordings"), folder)
    dialog.setFileMode(QFileDialog.FileMode.ExistingFiles)
    dialog.setNameFilters([f"{_('Recordings')} ({patterns})", f"{_('All files')} (*)"])
    return [Path(name) for name in dialog.selectedFiles()] if dialog.exec() else []


def ask_save_path(parent: QWidget, folder: Path, name: str) -> Path | None:
    """Where to save; None if the person changed their mind. The ending tells the format.

    name: proposed for the file, without an ending.
    """
    filters = {f"{words} (*.{form})": f".{form}" for form, words in text_formats().items()}
    dialog = _dialog(parent, _("Save the text to a file"), folder)
    dialog.setAcceptMode(QFileDialog.AcceptMode.AcceptSave)
    dialog.setFileMode(QFileDialog.FileMode.AnyFile)
    dialog.setNameFilters(list(filters))
    # The dialog itself adds the chosen ending, so that it can ask before it overwrites.
    dialog.filterSelected.connect(lambda chosen: dialog.setDefaultSuffix(filters[chosen]))
    dialog.setDefaultSuffix(".txt")
    dialog.selectFile(fitting(name, ".json").removesuffix(".json"))
    return Path(dialog.selectedFiles()[0]) if dialog.exec() else None


def ask_folder(parent: QWidget, title: str, folder: Path) -> Path | None:
    """A folder that is there; None if the person changed their mind."""
    dialog = _dialog(parent, title, folder)
    dialog.setFileMode(QFileDialog.FileMode.Directory)
    dialog.setOption(QFileDialog.Option.ShowDirsOnly)
    return Path(dialog.selectedFiles()[0]) if dialog.exec() else None


def ask_file(parent: QWidget, title: str, folder: Path, filters: str) -> Path | None:
    """A file of one kind that is there. filters: as Qt writes them."""
    name, _filter = QFileDialog.getOpenFileName(parent, title, str(folder), filters)
    return Path(name) if name else None


def ask_new_file(parent: QWidget, title: str, proposed: Path, filters: str) -> Path | None:
    """Where to put a file of one kind."""
    name, _filter = QFileDialog.getSaveFileName(parent, title, str(proposed), filters)
    return Path(name) if name else None


def _dialog(parent: QWidget, title: str, folder: Path) -> QFileDialog:
    """The system's dialog; where there is none, Qt's, whose Russian lacks two words."""
    dialog = QFileDialog(parent, title, str(folder))
    dialog.setLabelText(QFileDialog.DialogLabel.LookIn, _("Folder:"))
    dialog.setLabelText(QFileDialog.DialogLabel.FileType, _("Kind of file:"))
    return dialog


def dropped_paths(dropped: QMimeData) -> list[Path]:
    """The files and folders of a drop; empty where it holds none.

    See gui.session.folder_scan for what is in the folders.
    """
    return [Path(url.toLocalFile()) for url in dropped.urls() if url.isLocalFile()]


def ask_delete(parent: QWidget, question: str, consequence: str, act: str = "") -> bool:
    """True if the person wants it gone. Enter and Esc keep it. act: what the button says; “Delete” unless told."""
    box = QMessageBox(QMessageBox.Icon.Question, _("Diktovka"), question, parent=parent)
    box.setTextFormat(Qt.TextFormat.PlainText)  # names and paths are told as they are
    box.setInformativeText(consequence)
    delete = box.addButton(act or _("Delete"), QMessageBox.ButtonRole.DestructiveRole)
    keep = box.addButton(_("Keep"), QMessageBox.ButtonRole.RejectRole)
    box.setDefaultButton(keep)
    box.setEscapeButton(keep)
    box.exec()
    return box.clickedButton() is delete
