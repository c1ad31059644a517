"""The recognition process that the session reads with: which model it has, and whether it is ready. No widgets."""

from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path

from PySide6.QtCore import QObject, Signal

from engine.foreign.description import ForeignDescription, read_foreign
from engine.system.worker import Cancelled
from gui.core.recognition import Engine, closing, until_ready
from gui.core.tasks import Task, Work
from gui.session.status import Model


class ModelInUse(QObject):
    """One model at a time. `settled`: it is ready, or its loading was stopped; `failed(error)`: it cannot be loaded.

    folder: of the model that is loaded or being loaded; None where there is none. foreign: what it is, once it is
    ready, where others made it. make_engine: recognition with the checkpoint in a folder.
    """

    settled = Signal()
    failed = Signal(object)

    def __init__(self, make_engine: Callable[[Path], Engine]):
        super().__init__()
        self._make_engine = make_engine
        self._loading = Work(self, yielded=self._take_foreign, ended=self._end)
        self.engine: Engine | None = None
        self.folder: Path | None = None
        self.foreign: ForeignDescription | None = None
        self.state = Model.LOADING

    @property
    def is_loading(self) -> bool:
        return self._loading.running

    @property
    def is_idle(self) -> bool:
        """Whether it was ever begun, and is not being loaded now."""
        return self.engine is not None and not self.is_loading

    def load(self, folder: Path) -> None:
        """Starts recognition with that model in place of the one before; does nothing while another is loading."""
        if self.is_loading:
            return
        if self.engine is not None:
            Task(partial(closing, self.engine)).start()
        self.engine, self.folder, self.state = self._make_engine(folder), folder, Model.LOADING
        self.foreign = None
        self._loading.start(partial(_loaded, self.engine, folder))

    def _take_foreign(self, found: ForeignDescription | None) -> None:
        self.foreign = found or self.foreign

    def forget(self) -> None:
        """The model must be loaded anew before anything is read."""
        self.folder = None
        self.stop()

    def stop(self) -> None:
        """Stops loading; `settled` comes when it has."""
        self._loading.cancel()

    def close(self, then: Callable[[], None]) -> None:
        """Ends the process, and calls that when it has ended."""
        engine, self.engine = self.engine, None
        if engine is None:
            then()
        else:
            Task(partial(closing, engine), done=then, failed=then).start()

    def _end(self, outcome: Exception | None) -> None:
        if outcome is None:
            self.state = Model.READY
        elif isinstance(outcome, Cancelled):
            self.folder = None
        else:
            self.state = Model.MISSING
            self.failed.emit(outcome)
            return
        self.settled.emit()


def _loaded(engine: Engine, folder: Path) -> Iterator[ForeignDescription | None]:
    yield from until_ready(engine)
    yield read_foreign(folder)
