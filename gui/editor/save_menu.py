"""Save as: the text as text, subtitles, JSON or a Word document. What is saved is what stands on the screen."""

from collections.abc import Callable, Iterator
from pathlib import Path

from PySide6.QtCore import QObject, Signal

from engine.transcript.document import Document
from engine.transcript.page_text import Page
from gui.core.i18n import _
from gui.core.settings import Settings
from gui.core.tasks import Task
from gui.core.words import shown_name


def page_document(page: Page, model: str) -> Document:
    """What stands on the page and has a time; in the page's lines where it was dictated."""
    document = Document.of(page.segments(), page.source, page.duration_s, model, page.is_dictation)
    shown = document.edited(page.text_of())
    # What was moved on the page is not in the order of its times.
    return shown if page.is_dictation and not shown.is_edited else document


class Saver(QObject):
    """Writes on another thread, since a disk may be slow or far away.

    `saved(path, words)`: words where not all that stands on the page is in the file; else empty.
    """

    saved = Signal(object, str)
    failed = Signal(object)

    def __init__(self, settings: Settings):
        super().__init__()
        self._settings = settings

    def save(self, path: Path, page: Page, model: str, title: str = "") -> None:
        """The Dictation page, in the format of the file's ending. `saved` or `failed(error)` follows.

        title: what a Word document is called.
        """
        self._start(path, lambda: (page_document(page, model), page.text), title, page.has_untimed)

    def save_document(self, path: Path, document: Document, title: str = "") -> None:
        """The same of a document."""
        self._start(path, lambda: (document, document.text), title)

    def _start(
        self, path: Path, made: Callable[[], tuple[Document, str]], title: str, has_untimed: bool = False
    ) -> None:
        binds_short_words = self._settings.bind_short_words

        def steps() -> Iterator[tuple[Path, str]]:
            from engine.transcript.export import TIMED, form_of, write

            document, text = made()
            write(path, document, text, title=title, binds_short_words=binds_short_words)
            left_out = has_untimed and form_of(path) in TIMED
            yield path, _left_out_words(path) if left_out else ""

        Task(steps, yielded=self._tell, failed=self.failed).start()

    def _tell(self, written: tuple[Path, str]) -> None:
        self.saved.emit(*written)


def _left_out_words(path: Path) -> str:
    return _("Saved as {name}, without the paragraphs that were only typed: they have no times.").format(
        name=shown_name(path)
    )
