"""Typed sentences: spoken, learned, measured; in a folder where a run that was left goes on."""

import shutil
from collections.abc import Callable, Iterator
from contextlib import closing
from functools import partial
from pathlib import Path
from typing import ClassVar

from PySide6.QtCore import Signal

from engine.paths import data_dir
from engine.system.atomic_files import write_atomic
from gui.core.i18n import _
from gui.core.tasks import Work
from gui.tuning.job import SPANS, TuningJob
from gui.tuning.outcome import TuningOutcome
from trainer.corpus.prepare import prepared_corpora
from trainer.training.model_list import kind_of
from trainer.tuning.events import Stage
from trainer.tuning.tuning import TuneRequest


class TeachingJob(TuningJob):
    """A tuning whose recordings are made first. lesson, model, corpora: set by `teach`."""

    spans: ClassVar = {"speaking": 30} | SPANS

    def __init__(self, folder: Path):
        super().__init__(folder)
        self.speech = folder.with_name(f"{folder.name}-speech")

    def teach(self, typed: str, model: Path, corpora: list[Path]) -> None:
        self._typed, self._model, self._corpora = typed, model, corpora
        self.begin(self._request)

    def _request(self) -> TuneRequest:
        from trainer.tuning.lesson import HELD, LEARNED, lesson, settings

        features, shape = kind_of(self._model)
        others = tuple(prepared_corpora(self._corpora, features, shape.n_stacked))
        learned, held = (self.speech / LEARNED,), (self.speech / HELD,)
        return TuneRequest(self.folder, self._model, learned, held, others, settings=settings(lesson(self._typed)))

    def _steps(self, make_request: Callable[[], TuneRequest]) -> Iterator[object]:
        from trainer.tuning.lesson import Spoken, lesson, speak

        features, _shape = kind_of(self._model)
        with closing(speak(self.speech, lesson(self._typed), features)) as speaking:
            for event in speaking:
                if not isinstance(event, Spoken):
                    yield Stage("speaking", event.done, event.total)
        yield from super()._steps(make_request)


class Teaching(TuningOutcome):
    """What is done with a lesson and with its result. `use_wanted(folder)`: dictate with the taught model."""

    use_wanted = Signal(object)

    def __init__(self, model: Callable[[], Path], corpora: Callable[[], list[Path]]):
        folder = data_dir() / "tuning" / "taught"
        thrown_away = _("The taught model was thrown away. Your sentences are still there.")
        super().__init__(TeachingJob(folder), _("Taught {date}"), thrown_away)
        self._model, self._corpora = model, corpora
        self.file = folder.with_name("sentences.txt")
        self._saving = Work(self, ended=self._saved)
        self._unsaved: str | None = None
        self.look()

    @property
    def busy(self) -> bool:
        return super().busy or self._saving.running

    # --- the sentences ---

    def typed_before(self) -> str:
        """What was typed the last time."""
        try:
            return self.file.read_text(encoding="utf-8")
        except (OSError, UnicodeDecodeError):
            return ""

    def save(self, typed: str) -> None:
        """In the background; what is typed meanwhile is saved after it."""
        if self._saving.running:
            self._unsaved = typed
        else:
            self._saving.start(partial(_written, self.file, typed))

    def _saved(self, outcome: Exception | None) -> None:
        if outcome is not None:
            self.failed.emit(outcome, None)
        typed, self._unsaved = self._unsaved, None
        if typed is not None:
            self.save(typed)
        self.changed.emit()

    # --- teaching ---

    def begin(self, typed: str) -> None:
        """Goes on where it was left, if the sentences and the model are the same."""
        self._typed = typed
        self.job.teach(typed, self._model(), self._corpora())
        self.changed.emit()

    def again(self) -> None:
        self.begin(self._typed)

    def use(self, home: Path) -> None:
        shutil.rmtree(self.job.speech, ignore_errors=True)
        self.use_wanted.emit(home)


def _written(file: Path, typed: str) -> Iterator[None]:
    write_atomic(file, typed)
    yield None
