"""What a person changes of a recording's text on the Dictation page is kept with its entry in the history."""

from collections.abc import Sequence

from PySide6.QtCore import QObject, QTimer

from gui.history_keeper import HistoryKeeper
from gui.jobs import Ending, Job
from gui.page_text import Page
from gui.transcript_view import TranscriptView

KEEP_AFTER_MS = 1000


class DictatedText(QObject):
    """Only what was changed is written; a text that was taken off the page stays in the history as it was.

    Once an entry was corrected in the editor, the page has no say in it any more: see `leave`.
    """

    def __init__(self, transcript: TranscriptView, keeper: HistoryKeeper):
        super().__init__()
        self._transcript, self._keeper = transcript, keeper
        self._kept: dict[int, list[str]] = {}
        self._left: set[int] = set()
        self._pause = QTimer(self, singleShot=True, interval=KEEP_AFTER_MS)
        self._pause.timeout.connect(self.keep)
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
        page = self._transcript.page()
        for job in self._transcript.jobs:
            if job.ending is Ending.DONE and job.entry is not None and job.entry not in self._left:
                self._keep(job, text_of(page, job.key))

    def _keep(self, job: Job, text: str) -> None:
        recognised = [word for segment in job.segments for word in segment.text.split()]
        words = text.split()
        if words and words != self._kept.get(job.key, recognised):
            self._kept[job.key] = words
            self._keeper.store.write(lambda history: _write(history, job.entry, text))


def _write(history, entry: int, text: str) -> None:
    document = history.document(entry)
    if document is not None:
        history.keep_text(entry, document.edited(text))


def text_of(page: Page, job_key: int) -> str:
    """What stands on the page of one recording, a paragraph a line; what was typed goes with what stands before it."""
    lines = []
    for runs in page.paragraphs:
        owner = next((page.sources[run.number].job for run in runs if run.number > 0), None)
        line = ""
        for run in runs:
            owner = page.sources[run.number].job if run.number > 0 else owner
            line += run.text if owner == job_key else ""
        if line.strip():
            lines.append(line.strip())
    return "\n".join(lines)
