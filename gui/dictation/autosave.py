"""The page on disk, with the times of its words, so that closing the window, a crash or a power cut does not lose it.

Each run of the program has a file of its own, so none is overwritten by the next; an emptied page has none.
"""

import logging
from collections.abc import Callable, Iterable, Iterator
from datetime import datetime
from pathlib import Path

from PySide6.QtCore import QObject, QTimer, Signal

from engine.errors import TranscriptDamaged
from engine.system.atomic_files import free_path, write_atomic
from engine.transcript.kept_page import from_json, to_json
from engine.transcript.page_text import Page
from gui.core.file_names import STAMP
from gui.core.tasks import Work
from gui.dictation.transcript_view import TranscriptView

log = logging.getLogger(__name__)

SAVE_AFTER_MS = 2000
ENDING, _PLAIN = ".json", ".txt"  # before version 0.2 the text alone was kept


class KeptText(QObject):
    """Saves a moment after each change, on another thread, and once more at the end. failed(error): it could not."""

    failed = Signal(object)

    def __init__(self, folder: Path, transcript: TranscriptView, now: Callable[[], datetime] = datetime.now):
        super().__init__()
        kept = [path for path in folder.glob("*") if path.suffix in (ENDING, _PLAIN)]
        self.of_last_time = max(kept, default=None)
        self.path = free_path(folder, now().strftime(STAMP), ENDING, number="_{}")
        self._replaced: tuple[Path, ...] = ()
        self._transcript = transcript
        self._saved = ""
        self.saving = Work(self, failed=self._not_saved)
        self._pause = QTimer(self, singleShot=True, interval=SAVE_AFTER_MS, timeout=self.save)
        transcript.document().contentsChanged.connect(self._changed)

    def _changed(self) -> None:
        """A change while one waits to be saved does not put it off: while speech comes in there is no end of them."""
        if not self._pause.isActive():
            self._pause.start()

    def bring_back(self) -> None:
        """Puts the text of the last session before the page's own, and goes on in its file.

        The file of this run, newer by its name, would else be what the next start takes for the text of last time.
        """
        if self.of_last_time is None:
            return
        kept = self.of_last_time
        try:
            text = kept.read_text(encoding="utf-8")
            page = from_json(text) if kept.suffix == ENDING else None
        except (OSError, UnicodeDecodeError, TranscriptDamaged) as error:
            log.warning("the text of last time cannot be read: %s", error)
            self.failed.emit(error if isinstance(error, TranscriptDamaged) else TranscriptDamaged(reason=_why(error)))
            return
        self._replaced, self.path, self.of_last_time = (self.path, kept), kept.with_suffix(ENDING), None
        if page is None:
            self._transcript.put_first(text.rstrip("\n"))
        else:
            self._transcript.put_page_first(page)

    def save(self) -> None:
        if self.saving.running:
            self._pause.start()
            return
        page, path, replaced = self._transcript.page(), self.path, self._replaced
        if page.text == self._saved:
            return
        self._saved = page.text

        def steps() -> Iterator[None]:
            _write(path, page, replaced)
            yield None

        self.saving.start(steps)

    def _not_saved(self, error: Exception) -> None:
        """It is tried again at the next change."""
        self._saved = ""
        self.failed.emit(error)

    def save_last(self) -> None:
        """At the end, when nothing else runs."""
        self._pause.stop()
        page = self._transcript.page()
        if page.text != self._saved:
            try:
                _write(self.path, page, self._replaced)
            except Exception as error:  # the window must close whatever the disk does
                log.warning("the text could not be kept: %s", error)


def _write(path: Path, page: Page, replaced: Iterable[Path]) -> None:
    """replaced: files that are needed no more once this one is written."""
    if page.text.strip():
        write_atomic(path, to_json(page))
    else:
        path.unlink(missing_ok=True)
    for other in replaced:
        if other != path:
            other.unlink(missing_ok=True)


def _why(error: OSError | UnicodeDecodeError) -> str:
    return "it is no UTF-8 text" if isinstance(error, UnicodeDecodeError) else error.strerror or str(error)
