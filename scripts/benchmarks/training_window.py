"""How long the window's event loop ever stood still while it trains, and as long while it is idle.

usage: python -m scripts.benchmarks.training_window STEPS; prints JSON. The network has the shape of the shipped one and
begins from chance; the corpus is noise, an hour of it; everything else is the Trainer tab as it is.
"""

import json
import sys
import tempfile
import time
from pathlib import Path

from PySide6.QtWidgets import QApplication

from gui.core.garbage import Garbage
from gui.session.status import Model
from gui.shell.app import Program
from gui.training.job import State
from scripts.benchmarks.material import write_corpus
from scripts.benchmarks.window import Watch
from trainer.training.events import StepDone

HOURS = 1.0


def main(n_steps: int) -> None:
    app = QApplication([])
    steps: list[StepDone] = []
    result = {}
    with tempfile.TemporaryDirectory() as folder:
        corpus = write_corpus(Path(folder) / "corpus", HOURS)
        program = Program()
        program.window.page_made.connect(Garbage.keep)
        watch = Watch(program)
        program.open()
        watch.until(lambda status: status.model is Model.READY)
        program.window.tabs.setCurrentWidget(program.window.trainer_page)
        watch.until(lambda _status: program.window.trainer is not None)
        page = program.window.trainer
        page.show_page(page.training)
        app.processEvents()
        page.corpus.use(corpus)
        page.training.job.yielded.connect(lambda event: steps.append(event) if isinstance(event, StepDone) else None)
        page.training.begin()
        result["stall_preparing_s"] = watch.until(lambda _status: bool(steps), 900)
        began = time.monotonic()
        result["stall_training_s"] = watch.until(lambda _status: len(steps) >= n_steps, 3600)
        trained_ms = 1000 * (time.monotonic() - began)
        page.training.job.leave()
        result["stall_saving_s"] = watch.until(lambda _status: page.training.job.state is State.IDLE, 300)
        result["stall_idle_s"] = watch.for_ms(round(trained_ms))
        watch.close()
    print(json.dumps(result))


if __name__ == "__main__":
    main(int(sys.argv[1]))
