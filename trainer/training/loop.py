"""The training loop: examples in, events out; resumable at any step.

All random numbers come from (seed, epoch, batch), so a run that was killed and resumed gives the same result.
"""

import hashlib
import json
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from dataclasses import asdict, replace
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np

from engine.alphabet import Alphabet
from engine.config import FeatureConfig, ModelConfig
from engine.errors import StorageError
from engine.model.checkpoint import Checkpoint, save_checkpoint
from engine.model.weights import initial_lower_output, initial_weights, weight_shapes
from engine.text_marks import N_
from trainer.dataset import nonspeech
from trainer.dataset.batches import Batch, Example, Examples, buckets, draw_epoch, prepared
from trainer.dataset.splice import spliced
from trainer.dataset.training_data import Material
from trainer.errors import TrainingError
from trainer.evaluation.held_out_sets import GivenUp, HeldSets
from trainer.evaluation.metrics import Held
from trainer.network.bilstm_ctc import BiLstmCtc
from trainer.settings import TrainConfig
from trainer.training.distributed import Workers
from trainer.training.events import CorpusChanged, EpochDone, Event, Saved, StepDone, Stopped
from trainer.training.optimiser import Optimiser, learning_rate
from trainer.training.run import Position, parsed_state, save_state, state_bytes
from trainer.training.run_logs import Journal
from trainer.training.run_result import BEST, LAST, Judge, conclude, forget_result, has_model, rates_of, read_result
from trainer.training.widen import grown

_DRAW, _ORDER, _CHANGE, _SPLICE, _SOUNDS = range(5)  # purposes of the random streams
_OTHER = {
    "features": N_("the run in {folder} has another features configuration"),
    "model": N_("the run in {folder} has another model configuration"),
    "alphabet": N_("the run in {folder} has another alphabet"),
}


class Training:
    """One run in one folder. Iterate over `events()`; the state on disk lags by at most `save_every` steps.

    With several processes each has such an object; only the chief reads and writes the folder.
    """

    def __init__(
        self,
        folder: Path,
        material: Material,
        features: FeatureConfig,
        model: ModelConfig,
        settings: TrainConfig,
        start_from: Checkpoint | None = None,
        workers: Workers | None = None,
        asked_to_stop: Callable[[], bool] = lambda: False,
        in_a_hurry: Callable[[], bool] = lambda: False,
    ):
        """start_from: a checkpoint whose weights and alphabet the run begins with, widened if `model` is wider.
        asked_to_stop: polled after each step; if it is true in any process, all end. in_a_hurry: once it is true, the
        evaluation is cut short: there is no result, and the epoch is evaluated when the run is resumed.

        Raises TrainingError if nothing is left to train on, the folder holds another run, or the processes have
        different recordings or settings; WorkerLost.
        """
        self.folder, self.settings = Path(folder), settings
        self.features, self.model = features, model
        self.alphabet = start_from.alphabet if start_from else Alphabet()
        self._shaper = Examples(self.alphabet, features, model)
        self._material = material
        self._train = self._shaper.usable(material.train)
        held = {name: self._shaper.usable(examples) for name, examples in material.held.items()}
        if not self._train or not all(held.values()):
            raise TrainingError(reason="no usable recordings are left in one of the sets")
        self._held = HeldSets(held, self._shaper, self.alphabet, features, model, in_a_hurry)
        self._workers = workers or Workers()
        self._asked_to_stop, self._in_a_hurry, self._stopping = asked_to_stop, in_a_hurry, False
        self._check_agreement()
        with self._workers.strategy.scope():
            self._network = BiLstmCtc(model, self._first_weights(start_from))
            self._optimiser = Optimiser(self._network, settings, self._workers)
        self._before = list(start_from.history) if start_from else []
        self.position = Position()
        self._journal: Journal | None = None
        self._changed: CorpusChanged | None = None
        self._resume()

    def _first_weights(self, start_from: Checkpoint | None) -> dict[str, np.ndarray]:
        rng = np.random.default_rng(self.settings.seed)
        shape = self.features, self.model, self.alphabet.n_labels
        weights = grown(start_from, self.features, self.model, rng) if start_from else initial_weights(*shape, rng)
        if self.settings.intermediate:
            weights = weights | initial_lower_output(self.model, self.alphabet.n_labels, rng)
        return weights

    @cached_property
    def _about(self) -> dict[str, Any]:
        """Configurations and data of the run, compared on resuming and between processes."""
        digest = hashlib.sha256()
        for example in self._train:
            digest.update(f"{example.id}\t{example.frames}\t{example.text}\n".encode())
        return {
            "settings": self.settings.to_dict(),
            "features": self.features.to_dict(),
            "model": self.model.to_dict(),
            "alphabet": self.alphabet.letters,
            "examples": len(self._train),
            "corpus": digest.hexdigest(),
        }

    def _check_agreement(self) -> None:
        """Raises TrainingError if the processes differ, because the sum of their gradients would be wrong."""
        own_about = self._about
        chief = json.loads(self._workers.from_chief(json.dumps(own_about).encode()))
        differing = [name for name in own_about if own_about[name] != chief[name]]
        if differing:
            raise TrainingError(
                reason="this process differs from the first one in {names}; give all the same",
                names=", ".join(differing),
            )

    def _resume(self) -> None:
        content = state_bytes(self.folder) if self._workers.is_chief else b""
        state = parsed_state(self.folder, self._workers.from_chief(content))
        if state is None:
            return
        arrays, self.position, about = state
        own_about = self._about
        for name, reason in _OTHER.items():
            if _without_dropout(about[name]) != _without_dropout(own_about[name]):
                raise TrainingError(reason=reason, folder=self.folder)
        try:
            self._optimiser.restore(arrays)
        except KeyError as error:
            raise TrainingError(
                reason="the run in {folder} was begun without CTC on the middle layer", folder=self.folder
            ) from error
        if about.get("corpus", own_about["corpus"]) != own_about["corpus"]:
            self._changed = CorpusChanged(about["examples"], own_about["examples"])
            self.position = self.position.at_epoch_start()

    def save(self) -> None:
        """Saves the whole state, for resuming; by the chief. Raises StorageError."""
        if not self._workers.is_chief:
            return
        if self._journal:
            self._journal.sync()
        save_state(self.folder, self._optimiser.state(), self.position, self._about)

    def events(self) -> Iterator[Event]:
        """Trains to the end, or until the caller stops iterating.

        Raises WorkerLost if another process has ended, StorageError.
        """
        self._journal = Journal(self.folder, self.position) if self._workers.is_chief else None
        try:
            yield from self._run()
        finally:
            if self._journal:
                self._journal.close()
            self._journal = None

    def _run(self) -> Iterator[Event]:
        if self._changed:
            yield self._changed
        if not self._why_ended() and self._workers.is_chief:
            forget_result(self.folder)
        while not (reason := self._why_ended()):
            yield from self._epoch()
        if self._workers.is_chief:
            if self._stopping:
                self.save()
            if self.position.epoch and read_result(self.folder) is None and not self._in_a_hurry():
                self._write_missing_models()
                judge = Judge(lambda weights: self._held.read(weights, 0), self._material.choose_on)
                with suppress(GivenUp):
                    yield conclude(self.folder, judge, last_is_best=self.position.best_epoch == self.position.epoch)
        self._workers.from_chief(b"")  # no process leaves before the chief is done
        yield Stopped(reason, self.position.epoch)

    def _write_missing_models(self) -> None:
        """A folder that was removed under a run that then was saved once more has the state alone."""
        for name in (BEST, LAST):
            if not has_model(self.folder / name):
                save_checkpoint(self.folder / name, self.checkpoint())

    def _why_ended(self) -> str:
        """The reason of the end; empty while there is more to do."""
        epochs, patience = self.settings.epochs, self.settings.patience
        waited = self.position.epoch - self.position.best_epoch
        if self._stopping:
            return "it was asked to stop"
        if self.position.epoch >= epochs:
            return "its one epoch is done" if epochs == 1 else f"all {epochs} epochs are done"
        if patience and waited >= patience:
            return f"no better error on unseen sentences for {patience} epoch{'s' if patience > 1 else ''}"
        return ""

    def _rng(self, purpose: int) -> np.random.Generator:
        return np.random.default_rng([self.settings.seed, self.position.epoch, purpose])

    def _batches(self) -> list[list[Example]]:
        """This epoch's batches: the same for the same seed and epoch."""
        rng = self._rng(_DRAW)
        drawn = draw_epoch(self._train, self.settings, self.position.epoch, rng)
        if self._material.mix:
            drawn = self._shaper.usable(self._material.mix(drawn, rng))
        if self._material.alignment and self.settings.splice:
            settings, rng = self.settings, self._rng(_SPLICE)
            drawn = spliced(drawn, self._material.alignment, settings.splice, settings.syllables, rng)
            drawn = self._shaper.usable(drawn)
        n_sounds = round(self.settings.nonspeech * len(drawn))
        drawn += nonspeech.examples(n_sounds, self.features, [self.settings.seed, self.position.epoch, _SOUNDS])
        in_order = self.position.epoch < self.settings.short_first
        frames = self.settings.batch_frames // (2 if self.settings.consistency else 1)  # copies come on top
        return buckets(drawn, frames, self._rng(_ORDER), in_order)

    def _epoch(self) -> Iterator[Event]:
        started = time.monotonic()
        position, batches = self.position, self._batches()
        plans = [(n, examples) for n, examples in enumerate(batches) if n >= position.batch]
        for batch in prepared(self._augmented, plans):
            done = self._step(batch, batches[position.batch], len(batches))
            if self._journal:
                self._journal.step(done)
            yield done
            if position.step % self.settings.save_every == 0 and self._workers.is_chief:
                self.save()
                yield Saved(self.folder, best=False)
            if self._stopping:
                return
        yield from self._close_epoch(started)

    def _augmented(self, plan: tuple[int, list[Example]]) -> Batch:
        """This process's share; the augmentation of an utterance does not depend on the process."""
        n, examples = plan
        share = self._workers.share(list(enumerate(examples)))
        seeds = [
            (self.settings.seed, self.position.epoch, _CHANGE, n, place) for place, _ in share or [(0, examples[0])]
        ]
        batch = self._shaper.augmented_batch([e for _, e in share] or examples[:1], self.settings, seeds)
        return batch if share else replace(batch, weight=0.0)

    def _step(self, batch: Batch, examples: list[Example], epoch_steps: int) -> StepDone:
        """batch: this process's share of the examples."""
        position, workers = self.position, self._workers
        rate = learning_rate(self.settings, position.epoch + position.batch / epoch_steps)
        seed = (self.settings.seed, position.step * workers.n + workers.index)
        update = self._optimiser.update(batch, rate, seed, self._asked_to_stop())
        self._stopping = update.stop
        position.step, position.batch = position.step + 1, position.batch + 1
        wordless = not any(example.text for example in examples)
        if update.finite and not wordless:
            position.loss_sum, position.loss_count = position.loss_sum + update.loss, position.loss_count + 1
        position.skipped += not update.finite
        loss = update.loss if update.finite else None
        ids = tuple(example.id for example in examples)
        numbers = position.step, position.epoch + 1, position.batch, epoch_steps
        return StepDone(*numbers, loss, update.gradient_norm, rate, ids, wordless)

    def _close_epoch(self, started: float) -> Iterator[Event]:
        if self._workers.is_chief:
            yield from self._judge_epoch(started)
        own_end = {"position": asdict(self.position), "stopping": self._stopping}
        chief_end = json.loads(self._workers.from_chief(json.dumps(own_end).encode()))
        if not self._workers.is_chief:
            self.position, self._stopping = Position(**chief_end["position"]), chief_end["stopping"]

    def _judge_epoch(self, started: float) -> Iterator[Event]:
        try:
            held = self._held.read(self._averaged(), show=7 * self.position.epoch)
        except GivenUp:
            self._stopping = True
            return
        unjudged = replace(self.position, history=list(self.position.history))
        try:
            done, best = self._conclude_epoch(held, started)
        except StorageError:
            self.position = unjudged  # otherwise a state saved now would refer to models never written
            raise
        yield done  # not before everything is saved, because the caller may stop here
        yield Saved(self.folder, best)

    def _conclude_epoch(self, held: tuple[Held, ...], started: float) -> tuple[EpochDone, bool]:
        """Saves the results of an epoch; returns whether it is the best so far. Raises StorageError."""
        position = self.position
        done = position.close_epoch(self.settings.epochs, time.monotonic() - started, held)
        chosen = [one_set.rate.cer for one_set in held if one_set.split in self._material.choose_on]
        score = float(np.mean(chosen)) if chosen else done.loss
        if best := score < position.best or not has_model(self.folder / BEST):
            position.best, position.best_epoch = score, position.epoch
        checkpoint = self.checkpoint(held)
        for name in (LAST, BEST) if best else (LAST,):
            save_checkpoint(self.folder / name, checkpoint)
        if self._journal:
            self._journal.epoch(done, position.history)
        self.save()
        return done, best

    def checkpoint(self, held: Sequence[Held] = ()) -> Checkpoint:
        """The averaged weights as a model, with the history of the run and of its initial model."""
        rates: dict[str, Any] = {one_set.split: rates_of(one_set) for one_set in held}
        return Checkpoint(
            self.alphabet,
            self.features,
            self.model,
            weights=self._averaged(),
            training=self.settings.to_dict(),
            history=[*self._before, *self.position.history],
            error_rates=rates,
        )

    def _averaged(self) -> dict[str, np.ndarray]:
        """The averaged weights of the model, without those that only the training has."""
        average = self._optimiser.averaged_weights()
        return {name: average[name] for name in weight_shapes(self.features, self.model, self.alphabet.n_labels)}


def _without_dropout(about: object) -> object:
    """A configuration without dropout, on which the weights do not depend."""
    return {k: v for k, v in about.items() if k != "dropout"} if isinstance(about, dict) else about
