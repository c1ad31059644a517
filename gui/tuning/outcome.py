"""What came of a tuning, until it is kept or thrown away; of one's own voice and of typed sentences alike."""

from datetime import datetime
from functools import partial
from pathlib import Path

from PySide6.QtCore import QObject, Signal

from engine.system.worker import Cancelled
from gui.core.file_names import day_stamp
from gui.core.tasks import Errand
from gui.tuning.job import TuningJob, brought_back, kept, thrown_away
from gui.tuning.words import worse_words
from trainer.tuning.events import BeforeAfter, load_result


class TuningOutcome(QObject):
    """result: neither kept nor thrown away, None where there is none. name: of a model that is kept, with its {date};
    thrown_away: said of one that is not.

    `failed(error, try_again)`; `done(sentence, undo)`; `doubted(sentence, take_it, refuse)`: it is worse, and wanted;
    `changed`: something began or ended, or there is a result.
    """

    failed = Signal(object, object)
    done = Signal(str, object)
    doubted = Signal(str, object, object)
    changed = Signal()

    def __init__(self, job: TuningJob, name: str, thrown_away: str):
        super().__init__()
        self.job, self._name, self._thrown_away = job, name, thrown_away
        self.result: BeforeAfter | None = None
        self._deciding = Errand(self, ended=self._decided)
        job.ended.connect(self._end)

    @property
    def busy(self) -> bool:
        return self.job.running or self._deciding.running

    def again(self) -> None:
        """The same once more, after a failure."""
        raise NotImplementedError

    def _end(self, outcome: Exception | None) -> None:
        if outcome is not None and not isinstance(outcome, Cancelled):
            self.failed.emit(outcome, self.again)
        self.look()

    def look(self) -> None:
        """Whether there is a result now."""
        self.result = None if self.job.running else load_result(self.job.folder)
        self.changed.emit()

    def keep(self) -> None:
        """It becomes one of the person's models, and dictation uses it; one that is worse only if they insist."""
        worse = worse_words(self.result)
        if worse:
            self.doubted.emit(worse, self.take, self.throw_away)
        else:
            self.take()

    def take(self) -> None:
        """Keeps it, better or worse."""
        self._deciding.run(kept(self.result, self._name.format(date=day_stamp(datetime.now()))), self.use)

    def use(self, home: Path) -> None:
        """It has become one of the person's models, in that folder."""
        raise NotImplementedError

    def throw_away(self) -> None:
        """With undo."""

        def tell(_aside: Path) -> None:
            bring_back = partial(self._deciding.run, brought_back(self.job.folder))
            undo = partial(self._deciding.when_free, bring_back)
            self.done.emit(self._thrown_away, undo)

        self._deciding.run(thrown_away(self.job.folder), tell)

    def _decided(self, outcome: Exception | None) -> None:
        if outcome is not None:
            self.failed.emit(outcome, None)
        self.look()
