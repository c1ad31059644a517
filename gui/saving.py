"""Save as: the page as text, subtitles or JSON. What is saved is what stands on the page."""

from collections.abc import Iterator
from pathlib import Path

from PySide6.QtCore import QObject, Signal

from engine.export import to_json, to_srt, to_vtt, write_atomic
from engine.results import Segment
from gui.bridge import Task


def written_as(
    suffix: str, text: str, segments: tuple[Segment, ...], source: str, duration_s: float, model: str
) -> str:
    """The page in the format of that suffix; plain text for one that is not known."""
    match suffix.lower():
        case ".srt":
            return to_srt(segments)
        case ".vtt":
            return to_vtt(segments)
        case ".json":
            return to_json(segments, source=source, duration_s=duration_s, model=model)
        case _:
            return text.rstrip() + "\n"


class Saver(QObject):
    """Writes on another thread, since a disk may be slow or far away."""

    saved = Signal(object)
    failed = Signal(object)

    def save(self, path: Path, content: str) -> None:
        """`saved(path)` or `failed(error)` follows."""

        def steps() -> Iterator[Path]:
            write_atomic(path, content)
            yield path

        task = Task(steps)
        task.event.connect(self.saved)
        task.failed.connect(self.failed)
        task.start()
