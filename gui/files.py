"""Which files: asked by the system's own dialogs, dropped, or named on the command line."""

from collections.abc import Iterable
from pathlib import Path

from PySide6.QtCore import QMimeData
from PySide6.QtWidgets import QFileDialog, QWidget

from gui.i18n import _

AUDIO_SUFFIXES = (".wav", ".flac", ".ogg", ".oga", ".opus", ".mp3")
SAVE_SUFFIXES = (".txt", ".srt", ".vtt", ".json")


def ask_open_paths(parent: QWidget, folder: Path) -> list[Path]:
    """Several at once; empty if the person changed their mind."""
    patterns = " ".join(f"*{suffix}" for suffix in AUDIO_SUFFIXES)
    filters = f"{_('Recordings')} ({patterns});;{_('All files')} (*)"
    names, _chosen = QFileDialog.getOpenFileNames(parent, _("Open recordings"), str(folder), filters)
    return [Path(name) for name in names]


def ask_save_path(parent: QWidget, folder: Path) -> Path | None:
    """Where to save; None if the person changed their mind. The ending tells the format."""
    filters = {
        f"{_('Text')} (*.txt)": ".txt",
        f"{_('Subtitles')} (*.srt)": ".srt",
        f"{_('Web subtitles')} (*.vtt)": ".vtt",
        f"{_('Text with times, for programs')} (*.json)": ".json",
    }
    name, chosen = QFileDialog.getSaveFileName(
        parent, _("Save the text to a file"), str(folder / _("Dictation")), ";;".join(filters)
    )
    if not name:
        return None
    path = Path(name)
    return path if path.suffix.lower() in SAVE_SUFFIXES else path.with_name(path.name + filters.get(chosen, ".txt"))


def dropped_paths(dropped: QMimeData) -> list[Path]:
    """The files of a drop, and the recordings in its folders, sorted by name; empty where it holds none."""
    paths = [Path(url.toLocalFile()) for url in dropped.urls() if url.isLocalFile()]
    return list(_with_folders_opened(paths))


def _with_folders_opened(paths: Iterable[Path]) -> Iterable[Path]:
    for path in paths:
        if path.is_dir():
            yield from sorted(inner for inner in path.rglob("*") if inner.suffix.lower() in AUDIO_SUFFIXES)
        else:
            yield path
