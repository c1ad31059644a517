"""The result of a run: the best of its best epoch, its last one, and the mean of both."""

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np

from engine.model.checkpoint import DESCRIPTION, WEIGHTS, load_checkpoint, save_checkpoint
from engine.paths import OF_A_RUN
from engine.system.atomic_files import storage_error, write_atomic
from engine.system.json_text import read_json
from trainer.evaluation.metrics import Held
from trainer.network.average import average
from trainer.training.events import Result

RESULT = "outcome.json"
BEST, LAST, AVERAGE = OF_A_RUN


def rates_of(held: Held) -> dict[str, object]:
    """Error rates as in a checkpoint's JSON."""
    rate = held.rate
    return {
        "cer": round(rate.cer, 4),
        "wer": round(rate.wer, 4),
        "utterances": rate.utterances,
        "words": rate.words,
    }


@dataclass(frozen=True)
class Judge:
    """read: weights -> evaluation of the held-out sets; choose_on: names of the sets that decide."""

    read: Callable[[Mapping[str, np.ndarray]], Sequence[Held]]
    choose_on: Sequence[str]

    def score(self, rates: Mapping[str, Mapping[str, Any]]) -> float | None:
        """Mean CER over the deciding sets; None if there is none."""
        chosen = [float(rates[name]["cer"]) for name in self.choose_on if name in rates]
        return float(np.mean(chosen)) if chosen else None


def conclude(folder: Path, judge: Judge, last_is_best: bool) -> Result:
    """Writes average/ if last and best differ, evaluates it on the held-out sets, and returns the best.

    Raises CheckpointError, StorageError.
    """
    names = [BEST] if last_is_best else [BEST, LAST]
    scores = {name: judge.score(load_checkpoint(folder / name).error_rates) for name in names}
    if not last_is_best and scores[BEST] is not None:
        mean = average([folder / LAST, folder / BEST])
        rates = {held.split: rates_of(held) for held in judge.read(mean.weights)}
        save_checkpoint(folder / AVERAGE, replace(mean, error_rates=rates))
        scores[AVERAGE] = judge.score(rates)
    known_scores = {name: score for name, score in scores.items() if score is not None}
    chosen = min(known_scores, key=known_scores.__getitem__) if known_scores else BEST
    write_atomic(folder / RESULT, json.dumps({"result": chosen, "cer": known_scores}, indent=1) + "\n")
    return Result(folder / chosen, known_scores)


def forget_result(folder: Path) -> None:
    """Removes the result before the run is resumed. Raises StorageError."""
    try:
        (folder / RESULT).unlink(missing_ok=True)
    except OSError as error:
        raise storage_error(folder / RESULT, error) from error


def read_result(folder: Path) -> Result | None:
    """The result saved by `conclude`; None while the run is resumed, or if it cannot be read."""
    try:
        content = read_json(folder / RESULT)
        result = Result(folder / content["result"], {name: float(cer) for name, cer in content["cer"].items()})
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        return None
    return result if content["result"] in (BEST, LAST, AVERAGE) and has_model(result.path) else None


def result_folder(folder: Path) -> Path:
    """The model of a run to use: its result, or its best epoch while there is no result."""
    result = read_result(folder)
    return result.path if result else folder / BEST


def has_model(folder: Path) -> bool:
    """Whether the files of a model are there."""
    return (folder / WEIGHTS).is_file() and (folder / DESCRIPTION).is_file()
