"""What the model in use hears in the kept sentences; read one by one while nothing else is."""

from collections.abc import Iterator
from pathlib import Path

from PySide6.QtCore import QObject, Signal

from engine.events import Final, Finished
from engine.system.worker import Cancelled
from gui.core.recognition import Engine
from gui.core.tasks import Work
from gui.session.reading_queue import ReadingQueue
from trainer.own_voice.store import Kept, VoiceStore


def read(engine: Engine, path: Path) -> Iterator[str | None]:
    """The text last, None before it. Raises what the engine does."""
    texts: list[str] = []
    for event in engine.transcribe(path):
        if isinstance(event, Final):
            texts.append(event.segment.text)
        if not isinstance(event, Finished):
            yield None
    yield " ".join(texts)


class VoiceHearing(QObject):
    """Recognition is borrowed from the session, and given back when it has something to read.

    `changed` when something new was heard.
    """

    changed = Signal()

    def __init__(self, store: VoiceStore, session: ReadingQueue):
        super().__init__()
        self._store, self._session = store, session
        self._reading: tuple[Path, Kept] | None = None
        self._engine: Engine | None = None
        self._text: str | None = None
        self._given_up: set[Path] = set()
        self._closing = False
        self._of: Path | None = None
        self.heard: dict[str, str] = {}
        self.work = Work(self, yielded=self._take, ended=self._end)

    def look(self) -> bool:
        """Takes up what the model in use has read before; True where it is another model than the last time."""
        model = self._session.model
        if model == self._of:
            return False
        self._of, self.heard = model, self._store.heard(model)
        self._given_up.clear()
        return True

    def go_on(self, kept: list[Kept]) -> None:
        """Reads the next one that the model in use has not read yet, if it can be read now."""
        if self.look():
            self.changed.emit()
        if self.work.running or self._closing:
            return
        model = self._of
        waiting = [clip for clip in kept if clip.path.name not in self.heard and clip.path not in self._given_up]
        engine = self._session.borrow(self._give_back) if waiting else None
        if engine is None:
            return
        clip = waiting[-1]
        self._reading, self._engine, self._text = (model, clip), engine, None

        def steps() -> Iterator[str | None]:
            for text in read(engine, clip.path):
                if text is not None:
                    self._store.save_heard(model, self.heard | {clip.path.name: text})
                yield text

        self.work.start(steps)

    def _take(self, text: str | None) -> None:
        self._text = text

    def _end(self, outcome: Exception | None) -> None:
        """What cannot be read now is left until the next start: it is only a help."""
        model, clip = self._reading
        self._session.take_back()
        if outcome is None and self._text is not None and model == self._of:
            self.heard[clip.path.name] = self._text
        elif outcome is not None and not isinstance(outcome, Cancelled):
            self._given_up.add(clip.path)
        self.changed.emit()

    def close_work(self) -> None:
        self._closing = True
        if self.work.running:
            self._give_back()

    def _give_back(self) -> None:
        """Ends at once what is being read: asked between events alone, it would wait for the next one."""
        self.work.cancel()
        self._engine.cancel()
