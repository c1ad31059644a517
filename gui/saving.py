"""Save as: the page as text, subtitles or JSON. What is saved is what stands on the page."""

from collections.abc import Iterator
from pathlib import Path

from PySide6.QtCore import QObject, Signal

from engine.export import to_json, to_srt, to_vtt, write_atomic
from gui.bridge import Task
from gui.page_text import Page


def written_as(suffix: str, page: Page, model: str) -> str:
    """The page in the format of that suffix; plain text for one that is not known."""
    match suffix.lower():
        case ".srt":
            return to_srt(page.segments())
        case ".vtt":
            return to_vtt(page.segments())
        case ".json":
            return to_json(page.segments(), source=page.source, duration_s=page.duration_s, model=model)
        case _:
            return page.text.rstrip() + "\n"


class Saver(QObject):
    """Writes on another thread, since a disk may be slow or far away."""

    saved = Signal(object)
    failed = Signal(object)

    def save(self, path: Path, page: Page, model: str) -> None:
        """`saved(path)` or `failed(error)` follows."""

        def steps() -> Iterator[Path]:
            write_atomic(path, written_as(path.suffix, page, model))
            yield path

        task = Task(steps)
        task.event.connect(self.saved)
        task.failed.connect(self.failed)
        task.start()
