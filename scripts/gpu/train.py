"""The same training as `python main.py train`, on a GPU: the same network, corpora, splices and changes, in PyTorch.

TensorFlow's fused recurrence runs on processors alone. What comes out is an ordinary checkpoint. How long it
takes is said in seconds, and the learning rate follows the clock.
"""

import argparse
import math
import multiprocessing
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass, fields, replace
from pathlib import Path

import numpy as np
import torch
from torch.nn import functional
from torch.utils.data import DataLoader

from engine.alphabet import Alphabet
from engine.config import VOXFORGE, ModelConfig
from engine.model.checkpoint import Checkpoint, save_checkpoint
from engine.model.weights import initial_lower_output, initial_weights
from scripts.gpu.batches import Heard, Material, Stream
from scripts.gpu.judge import Judge
from scripts.gpu.network import Network
from scripts.gpu.unpack import unpack
from trainer.corpus.cache import FeatureCache
from trainer.dataset.align import Alignment
from trainer.dataset.batches import Example, Examples, recording
from trainer.settings import TrainConfig

_BETAS = (0.9, 0.98)
_LEAST = 0.002  # of the highest learning rate
_NOT_HERE = ("epochs", "warm_up", "real_at_end", "patience", "save_every", "short_first", "pull")
_TOLD_EVERY_S = 45.0


def ctc(logits, batch: Heard, labels):
    """Nats of the whole batch; the blank is last."""
    return functional.ctc_loss(
        functional.log_softmax(logits.float(), dim=2),
        labels,
        batch.lengths,
        batch.n_labels,
        blank=logits.shape[2] - 1,
        reduction="sum",
        zero_infinity=True,
    )


@dataclass
class Run:
    """network: what is trained; average: its moving average."""

    network: Network
    average: Network
    optimiser: torch.optim.Optimizer
    updates: int = 0

    def averaged(self, decay: float) -> None:
        decay = min(decay, (1 + self.updates) / (10 + self.updates))
        with torch.no_grad():
            torch._foreach_lerp_(list(self.average.parameters()), list(self.network.parameters()), 1 - decay)

    def save(self, path: Path) -> None:
        state = {"network": self.network.state_dict(), "average": self.average.state_dict()}
        torch.save(state | {"optimiser": self.optimiser.state_dict(), "updates": self.updates}, path)

    def load(self, path: Path, device) -> None:
        state = torch.load(path, map_location=device, weights_only=True)
        self.network.load_state_dict(state["network"])
        self.average.load_state_dict(state["average"])
        self.optimiser.load_state_dict(state["optimiser"])
        self.updates = state["updates"]


@dataclass(frozen=True)
class Schedule:
    """By the clock: this call takes `seconds` and goes from `begin` to `end` of the run."""

    seconds: float
    begin: float
    end: float
    highest: float
    warm_up: float
    sure_from: float

    def progress(self, passed_s: float) -> float:
        return self.begin + (self.end - self.begin) * passed_s / self.seconds

    def rate(self, progress: float) -> float:
        if progress < self.warm_up:
            return self.highest * (progress / self.warm_up + 0.01) / 1.01
        share = (progress - self.warm_up) / (1 - self.warm_up)
        return self.highest * (_LEAST + (1 - _LEAST) * 0.5 * (1 + math.cos(math.pi * min(1.0, share))))


def one_step(run: Run, batch: Heard, rate: float, settings: TrainConfig, device: torch.device) -> torch.Tensor:
    """An update of the weights; returns the loss in nats a letter."""
    for group in run.optimiser.param_groups:
        group["lr"] = rate
    labels = batch.labels.to(device, non_blocking=True)
    logits, lower = run.network(batch.steps.to(device, non_blocking=True).float(), batch.lengths)
    loss = driving = ctc(logits, batch, labels)
    if share := settings.intermediate:
        driving = (1 - share) * loss + share * ctc(lower, batch, labels)
    run.optimiser.zero_grad(set_to_none=True)
    (driving / len(labels)).backward()
    torch.nn.utils.clip_grad_norm_(run.network.parameters(), settings.gradient_clip)
    for weight in run.network.parameters():
        if weight.grad is not None:
            weight.grad.nan_to_num_(0.0, 0.0, 0.0)
    run.optimiser.step()
    run.updates += 1
    run.averaged(settings.averaging)
    return loss.detach() / len(labels)


def train(run: Run, batches, schedule: Schedule, settings: TrainConfig, sure_only, judge: Judge, device) -> None:
    """For `schedule.seconds`; tells the errors of the average as it goes."""
    begun, told, heard_s, losses = time.monotonic(), 0.0, 0.0, []
    stream: Iterator[Heard] = iter(batches)
    while (passed := time.monotonic() - begun) < schedule.seconds:
        progress = schedule.progress(passed)
        sure_only.value = progress >= schedule.sure_from
        batch = next(stream)
        loss = one_step(run, batch, schedule.rate(progress), settings, device)
        heard_s += float(batch.lengths.sum()) * 0.03
        if run.updates % 10 == 0:
            losses.append(float(loss))
        if losses and passed > told + min(_TOLD_EVERY_S, schedule.seconds / 4):
            told = passed
            errors = " ".join(f"{name} {cer:.4f}/{wer:.3f}" for name, (cer, wer) in judge.errors(run.average).items())
            print(
                f"{passed:.0f} s ({progress:.2f}), step {run.updates}, {np.mean(losses):.3f} nats a letter, "
                f"{heard_s / passed:.0f} x real time: {errors}",
                flush=True,
            )
            losses = []


def _of_these(alignment: Alignment, examples: list[Example]) -> Alignment:
    """Without what another recording of the same name has."""
    letters = {e.id: len(e.text) for e in examples}
    frames = {name: some for name, some in alignment.frames.items() if letters.get(name) == len(some)}
    return Alignment(frames, {name: alignment.score[name] for name in frames})


def read_material(arguments: argparse.Namespace, shaper: Examples) -> Material:
    """All packs and feature caches that were named."""
    packed, work = arguments.packed, arguments.work
    caches = [FeatureCache(unpack(packed, name, work)) for name in arguments.pack]
    caches += [FeatureCache(path) for path in arguments.cache]
    examples = shaper.usable([recording(cache, one) for cache in caches for one in cache.utterances])
    sounds = FeatureCache(unpack(packed, "nonspeech", work))
    listed = packed / "unsure.txt"
    unsure = frozenset(listed.read_text("utf-8").splitlines()) if listed.exists() else frozenset()
    alignment = _of_these(Alignment.load(packed / "alignment.npz"), examples)
    return Material(examples, [recording(sounds, one) for one in sounds.utterances], alignment, unsure)


def begun_run(arguments: argparse.Namespace, model: ModelConfig, settings: TrainConfig, device: torch.device) -> Run:
    """From chance, from given weights, or from a saved state."""
    rng, n_labels = np.random.default_rng(settings.seed), Alphabet().n_labels
    weights = initial_weights(VOXFORGE, model, n_labels, rng) | initial_lower_output(model, n_labels, rng)
    if arguments.start:
        weights |= {name: value.astype(np.float32) for name, value in np.load(arguments.start).items()}
    network, average = (Network(model, n_labels).to(device) for _ in range(2))
    network.take(weights)
    average.take(weights)
    learned = [weight for weight in network.parameters() if weight.requires_grad]
    groups = [
        {"params": [weight for weight in learned if weight.ndim > 1], "weight_decay": settings.weight_decay},
        {"params": [weight for weight in learned if weight.ndim == 1], "weight_decay": 0.0},
    ]
    run = Run(network, average, torch.optim.AdamW(groups, lr=settings.learning_rate, betas=_BETAS, eps=1e-8))
    if arguments.state and arguments.state.exists():
        run.load(arguments.state, device)
    return run


def checkpoint(network: Network, model: ModelConfig, settings: TrainConfig) -> Checkpoint:
    """As the program reads it; without what only the training needs."""
    weights = {name: value for name, value in network.weights().items() if not name.startswith("lower")}
    name = f"{model.n_layers} x {model.n_units}"
    return Checkpoint(Alphabet(), VOXFORGE, model, name=name, training=settings.to_dict(), weights=weights)


def parser() -> argparse.ArgumentParser:
    made = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    add = made.add_argument
    add("packed", type=Path, help="what pack.py wrote")
    add("--pack", action="append", default=[], help="names of packs to train on")
    add("--cache", action="append", default=[], type=Path, help="feature caches to train on, too")
    add("--work", type=Path, required=True, help="folder for what is unpacked")
    add("--out", type=Path, required=True, help="folder of the model")
    add("--state", type=Path, help="is read if it is there, and written at the end")
    add("--from", dest="start", type=Path, help="weights.npz to begin with")
    add("--seconds", type=float, required=True)
    add("--begin", type=float, default=0.0, help="share of the run that is done")
    add("--end", type=float, default=1.0, help="share of the run that is to be done")
    add("--warm-up", type=float, default=0.03, help="share of the run")
    add("--sure-from", type=float, default=0.8, help="share of the run from which on unsure.txt is left out")
    add("--workers", type=int, default=15)
    add("--layers", type=int, default=4)
    add("--units", type=int, default=224)
    add("--dropout", type=float, default=0.25)
    for field in fields(TrainConfig):
        if field.name not in _NOT_HERE:
            add(f"--{field.name.replace('_', '-')}", type=field.type, default=field.default)
    return made


def main() -> int:
    arguments = parser().parse_args()
    own = {f.name: getattr(arguments, f.name) for f in fields(TrainConfig) if f.name not in _NOT_HERE}
    settings = replace(TrainConfig(), **own)
    model = ModelConfig(arguments.layers, arguments.units, 3, dropout=arguments.dropout)
    device = torch.device("cuda" if torch.cuda.is_available() else "cpu")
    torch.manual_seed(settings.seed)
    torch.backends.cuda.matmul.allow_tf32 = torch.backends.cudnn.allow_tf32 = True
    alphabet = Alphabet()
    shaper = Examples(alphabet, VOXFORGE, model)
    material = read_material(arguments, shaper)
    judge = Judge(arguments.packed, arguments.work, shaper, alphabet, device)
    sure_only = multiprocessing.get_context("fork").Value("b", 0)
    loader = DataLoader(
        Stream(material, shaper, settings, sure_only),
        batch_size=None,
        num_workers=arguments.workers,
        prefetch_factor=3,
        pin_memory=device.type == "cuda",
        multiprocessing_context="fork",
    )
    run = begun_run(arguments, model, settings, device)
    print(f"{len(material.train)} recordings", flush=True)
    schedule = Schedule(
        arguments.seconds,
        arguments.begin,
        arguments.end,
        settings.learning_rate,
        arguments.warm_up,
        arguments.sure_from,
    )
    train(run, loader, schedule, settings, sure_only, judge, device)
    print("at the end:", {name: (round(c, 4), round(w, 4)) for name, (c, w) in judge.errors(run.average).items()})
    save_checkpoint(arguments.out, checkpoint(run.average, model, settings), half=True)
    if arguments.state:
        run.save(arguments.state)
    return 0


if __name__ == "__main__":
    sys.exit(main())
