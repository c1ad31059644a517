"""The training loop: examples in, events out; resumable at any step.

Everything random is drawn from (seed, epoch, batch), so a run that was killed and resumed sees what it would have
seen otherwise.
"""

import math
import time
from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np
import tensorflow as tf

from engine.alphabet import Alphabet
from engine.checkpoint import Checkpoint, save_checkpoint
from engine.config import FeatureConfig, ModelConfig
from engine.decode import GreedyDecoder
from engine.errors import TrainingError
from engine.model import BiLstmCtc, Recogniser
from engine.shapes import initial_lower_output, initial_weights, weight_shapes
from trainer import nonspeech
from trainer.dataset import Batch, Example, Examples, buckets, draw_epoch, prepared
from trainer.evaluate import evaluate
from trainer.events import EpochDone, Event, Held, Saved, StepDone, Stopped
from trainer.material import Material
from trainer.optimiser import Optimiser, ctc_loss
from trainer.run import Position, epoch_row, load_state, save_state, write_metrics
from trainer.settings import TrainConfig
from trainer.splice import spliced
from trainer.step_log import StepLog, step_row, wall_clock

_DRAW, _ORDER, _CHANGE, _SPLICE, _SOUNDS = range(5)  # what a random stream is for


class Training:
    """One run in one folder. Iterate over `events()`; the state on disk lags by at most `save_every` steps."""

    def __init__(
        self,
        folder: Path,
        material: Material,
        features: FeatureConfig,
        model: ModelConfig,
        settings: TrainConfig,
        start_from: Checkpoint | None = None,
    ):
        """start_from: a checkpoint whose weights and alphabet the run begins with.

        Raises TrainingError where nothing is left to train on, or the folder holds another run.
        """
        self.folder, self.settings = Path(folder), settings
        self.features, self.model = features, model
        self.alphabet = start_from.alphabet if start_from else Alphabet()
        self._shaper = Examples(self.alphabet, features, model)
        self._material = material
        self._train = self._shaper.usable(material.train)
        self._held = {name: self._shaper.usable(some) for name, some in material.held.items()}
        if not self._train or not all(self._held.values()):
            raise TrainingError(reason="no usable recordings are left in one of the sets")
        rng = np.random.default_rng(settings.seed)
        weights = start_from.weights if start_from else initial_weights(features, model, self.alphabet.n_labels, rng)
        if settings.intermediate:
            weights = weights | initial_lower_output(model, self.alphabet.n_labels, rng)
        self._network = BiLstmCtc(model, weights)
        self._optimiser = Optimiser(self._network, settings)
        self._loss_of_average = tf.function(self._summed_loss, reduce_retracing=True)
        self._before = list(start_from.history) if start_from else []
        self.position = Position()
        self._log: StepLog | None = None
        self._resume()

    def _about(self) -> dict[str, object]:
        return {
            "settings": self.settings.to_dict(),
            "features": self.features.to_dict(),
            "model": self.model.to_dict(),
            "alphabet": self.alphabet.letters,
            "examples": len(self._train),
        }

    def _resume(self) -> None:
        found = load_state(self.folder)
        if found is None:
            return
        arrays, self.position, about = found
        for name in ("features", "model", "alphabet"):
            if _without_dropout(about[name]) != _without_dropout(self._about()[name]):
                raise TrainingError(reason=f"the run in {self.folder} has another {name} configuration")
        try:
            self._optimiser.restore(arrays)
        except KeyError as error:
            reason = f"the run in {self.folder} was begun without CTC on the middle layer"
            raise TrainingError(reason=reason) from error

    def save(self) -> None:
        """The whole state, to go on from. Raises StorageError."""
        if self._log:
            self._log.sync()
        save_state(self.folder, self._optimiser.state(), self.position, self._about())

    def events(self) -> Iterator[Event]:
        """Trains to the end, or until the listener stops asking."""
        self._log = StepLog(self.folder, self.position.step)
        try:
            yield from self._run()
        finally:
            self._log.close()
            self._log = None

    def _run(self) -> Iterator[Event]:
        while self.position.epoch < self.settings.epochs:
            yield from self._epoch()
            if self._patience_is_over():
                yield Stopped(f"no better error on unseen sentences for {self.settings.patience} epochs")
                return
        yield Stopped(f"all {self.settings.epochs} epochs are done")

    def _patience_is_over(self) -> bool:
        waited = self.position.epoch - self.position.best_epoch
        return bool(self.settings.patience) and waited >= self.settings.patience

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
        return buckets(drawn, self.settings.batch_frames, self._rng(_ORDER), in_order)

    def _epoch(self) -> Iterator[Event]:
        started = time.monotonic()
        at, batches = self.position, self._batches()
        plans = [(n, examples) for n, examples in enumerate(batches) if n >= at.batch]
        for batch in prepared(self._augmented, plans):
            done = self._step(batch, len(batches))
            self._log.add(step_row(done, wall_clock(), at.step - at.batch))
            yield done
            if at.step % self.settings.save_every == 0:
                self.save()
                yield Saved(self.folder, best=False)
        yield from self._close_epoch(started)

    def _augmented(self, plan: tuple[int, list[Example]]) -> Batch:
        n, examples = plan
        seed = (self.settings.seed, self.position.epoch, _CHANGE, n)
        return self._shaper.augmented_batch(examples, self.settings, seed)

    def _step(self, batch: Batch, epoch_steps: int) -> StepDone:
        at = self.position
        rate = self._learning_rate(at.epoch + at.batch / epoch_steps)
        update = self._optimiser.update(batch, rate, (self.settings.seed, at.step))
        at.step, at.batch = at.step + 1, at.batch + 1
        if update.finite:
            at.loss_sum, at.loss_count = at.loss_sum + update.loss, at.loss_count + 1
        else:
            at.skipped += 1
        loss = update.loss if update.finite else None
        return StepDone(at.step, at.epoch + 1, epoch_steps, loss, update.gradient_norm, rate, batch.ids)

    def _learning_rate(self, epochs_done: float) -> float:
        """Linear warm-up, then half a cosine down to a hundredth (Loshchilov and Hutter 2017)."""
        warm_up = self.settings.warm_up
        if epochs_done < warm_up:
            return self.settings.learning_rate * (epochs_done + 0.01) / warm_up
        share = min(1.0, (epochs_done - warm_up) / max(1e-9, self.settings.epochs - warm_up))
        return self.settings.learning_rate * (0.01 + 0.99 * 0.5 * (1 + math.cos(math.pi * share)))

    def _close_epoch(self, started: float) -> Iterator[Event]:
        at = self.position
        held = self._evaluate()
        at.epoch, at.batch = at.epoch + 1, 0
        loss = at.loss_sum / max(1, at.loss_count)
        seconds = time.monotonic() - started
        done = EpochDone(at.epoch, self.settings.epochs, at.step, loss, at.skipped, seconds, held)
        at.history.append(epoch_row(done))
        at.loss_sum, at.loss_count, at.skipped = 0.0, 0, 0
        chosen = [one.rate.cer for one in held if one.split in self._material.choose_on]
        score = float(np.mean(chosen)) if chosen else loss
        best = score < at.best
        if best:
            at.best, at.best_epoch = score, at.epoch
        yield done
        checkpoint = self.checkpoint(held)
        save_checkpoint(self.folder / "last", checkpoint)
        if best:
            save_checkpoint(self.folder / "best", checkpoint)
        write_metrics(self.folder, at.history)
        self.save()
        yield Saved(self.folder, best)

    def checkpoint(self, held: Sequence[Held] = ()) -> Checkpoint:
        """The averaged weights as a model, with the history of the run and of the model it began with."""
        rates = {one.split: rates_of(one) for one in held}
        return Checkpoint(
            self._averaged(),
            self.alphabet,
            self.features,
            self.model,
            training=self.settings.to_dict(),
            history=[*self._before, *self.position.history],
            error_rates=rates,
        )

    def _averaged(self) -> dict[str, np.ndarray]:
        """The model's own weights, averaged; without what only the training has."""
        average = self._optimiser.averaged_weights()
        return {name: average[name] for name in weight_shapes(self.features, self.model, self.alphabet.n_labels)}

    def _evaluate(self) -> tuple[Held, ...]:
        """Every held-out set with the averaged weights; another example each epoch."""
        weights = self._averaged()
        recogniser = Recogniser(self.model, weights)
        network = BiLstmCtc(self.model, weights)
        decoder = GreedyDecoder(self.alphabet)

        def loss_of(batch: Batch) -> float:
            return float(self._loss_of_average(network, *_tensors(batch)))

        return tuple(
            evaluate(name, some, recogniser, decoder, self._shaper, loss_of, show=7 * self.position.epoch)[0]
            for name, some in self._held.items()
        )

    @staticmethod
    def _summed_loss(network, steps, lengths, label_indices, labels):
        shape = tf.cast(tf.stack([tf.shape(steps)[0], tf.shape(steps)[1]]), tf.int64)
        return tf.reduce_sum(
            ctc_loss(network.logits(steps, lengths), tf.SparseTensor(label_indices, labels, shape), lengths)
        )


def _tensors(batch: Batch) -> tuple[tf.Tensor, ...]:
    return tuple(tf.constant(a) for a in (batch.steps, batch.lengths, batch.label_indices, batch.labels))


def _without_dropout(about: object) -> object:
    """A configuration as far as the weights depend on it."""
    return {k: v for k, v in about.items() if k != "dropout"} if isinstance(about, dict) else about


def rates_of(held: Held) -> dict[str, object]:
    """Error rates as they stand in a checkpoint's JSON."""
    rate = held.rate
    return {
        "cer": round(rate.cer, 4),
        "wer": round(rate.wer, 4),
        "utterances": rate.utterances,
        "words": rate.words,
    }
