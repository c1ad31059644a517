"""Save as: the text as text, subtitles, JSON or a Word document. What is saved is what stands on the screen."""

from collections.abc import Callable, Iterator
from pathlib import Path

from PySide6.QtCore import QObject, Signal

from engine.transcript.document import Document
from engine.transcript.page_text import Page
from gui.core.tasks import Task


def page_document(page: Page, model: str) -> Document:
    """What stands on the page and has a time; in the page's lines where it was dictated."""
    document = Document.of(page.segments(), page.source, page.duration_s, model, page.is_dictation)
    shown = document.edited(page.text_of())
    # What was moved on the page is not in the order of its times.
    return shown if page.is_dictation and not shown.is_edited else document


class Saver(QObject):
    """Writes on another thread, since a disk may be slow or far away."""

    saved = Signal(object)
    failed = Signal(object)

    def save(self, path: Path, page: Page, model: str) -> None:
        """The Dictation page, in the format of the file's ending. `saved(path)` or `failed(error)` follows."""
        self._start(path, lambda: (page_document(page, model), page.text))

    def save_document(self, path: Path, document: Document) -> None:
        """The same of a document."""
        self._start(path, lambda: (document, document.text))

    def _start(self, path: Path, made: Callable[[], tuple[Document, str]]) -> None:
        def steps() -> Iterator[Path]:
            from engine.transcript.export import write

            document, text = made()
            write(path, document, text)
            yield path

        task = Task(steps)
        task.event.connect(self.saved)
        task.failed.connect(self.failed)
        task.start()
