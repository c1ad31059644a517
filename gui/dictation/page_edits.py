"""What a person changes of a recording's text on the Dictation page is kept with its entry in the history."""

from collections.abc import Sequence

from PySide6.QtCore import QObject, QTimer

from engine.dictation.apply_commands import paragraphs
from gui.dictation.transcript_view import TranscriptView
from gui.session.history_recorder import HistoryKeeper
from gui.session.jobs import Ending, Job

KEEP_AFTER_MS = 1000


class DictatedText(QObject):
    """Only what was changed is written; a text that was taken off the page stays in the history as it was.

    Once an entry was corrected in the editor, the page has no say in it any more: see `leave`.
    """

    def __init__(self, transcript: TranscriptView, keeper: HistoryKeeper):
        super().__init__()
        self._transcript, self._keeper = transcript, keeper
        self._kept: dict[int, str | list[str]] = {}
        self._left: set[int] = set()
        self._pause = QTimer(self, singleShot=True, interval=KEEP_AFTER_MS, timeout=self.keep)
        transcript.document().contentsChanged.connect(self._pause.start)
        keeper.closing.connect(self.keep)

    def leave(self, entry: int) -> None:
        """The entry was changed elsewhere."""
        self._left.add(entry)

    def leave_read_again(self, jobs: Sequence[Job]) -> None:
        """Those that are read again for the history alone."""
        self._left.update(job.entry for job in jobs if job.is_quiet and job.entry is not None)

    def keep(self) -> None:
        """Writes what was changed since it was written last."""
        self._pause.stop()
        texts = self._transcript.page().texts_of_jobs()
        for job in self._transcript.jobs:
            if job.ending is Ending.DONE and job.entry is not None and job.entry not in self._left:
                self._keep(job, texts.get(job.key, ""))

    def _keep(self, job: Job, text: str) -> None:
        as_kept = str if job.is_dictation else str.split  # a file has other lines there than on the page
        now = as_kept(text)
        if text and now != self._kept.get(job.key, as_kept(paragraphs(job.segments))):
            self._kept[job.key] = now
            self._keeper.store.write(lambda history: _write(history, job.entry, text))


def _write(history, entry: int, text: str) -> None:
    document = history.document(entry)
    if document is not None:
        history.keep_text(entry, document.edited(text))
