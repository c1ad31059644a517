"""A model of the voices in a corpus: text -> the cepstra of one of its speakers, for sentences that nobody read.

Flow matching (Lipman et al. 2023), conditioned on letters, stress and durations as Matcha-TTS (Mehta et al. 2024) is,
but on 13 cepstra instead of a spectrogram, and with little context on purpose: three symbols and half a second on
either side. It cannot learn the corpus's sentences by heart, only how its people pronounce letters among others.
"""

import argparse
import lzma
import math
import sys
import time
from pathlib import Path

import numpy as np
import torch

from scripts.gpu import segments as seg
from scripts.gpu.unpack import N_CEPSTRA, write_rows
from scripts.gpu.voice_corpus import Corpus, Recordings, crops, on_device, read_stress, recordings
from scripts.gpu.voice_network import CONTEXT, Voices, told_of
from trainer.corpus.cache import FEATURES, SCALE, UTTERANCES
from trainer.dataset.batches import SYNTHETIC

TRAIN = "train"  # as `trainer.corpus.splits` has it, which needs libraries for sound
_AT_ONCE = 256  # sentences spoken together
_STEPS = 6  # of the solver
_PARTS = 3  # files of weights


def loss_of(model: Voices, batch, n_speakers: int):
    """The mean squared error of the velocity."""
    cepstra, mask, told, speaker, statistics = batch
    n, device = len(cepstra), cepstra.device
    moment = torch.sigmoid(torch.randn(n, device=device))
    noise = torch.randn_like(cepstra)
    at = moment[:, None, None]
    speaker = torch.where(torch.rand(n, device=device) < 0.1, n_speakers, speaker)
    with torch.autocast(device.type, torch.bfloat16):
        said = model.condition(*told)
        guess = model((1 - at) * noise + at * cepstra, moment, said, speaker, statistics)
    error = (guess.float() - (cepstra - noise)).square() * mask[:, :, None]
    return error.sum() / mask.sum() / N_CEPSTRA


def train(model: Voices, corpus: Corpus, seconds: float, n_speakers: int, batch: int, rate: float) -> Voices:
    """For so long; the learning rate rises and falls with the time. Returns the moving average."""
    average = torch.optim.swa_utils.AveragedModel(
        model, multi_avg_fn=torch.optim.swa_utils.get_ema_multi_avg_fn(0.999), use_buffers=False
    )
    optimiser = torch.optim.AdamW(model.parameters(), lr=rate, betas=(0.9, 0.98), weight_decay=0.01, fused=True)
    begun, told, steps, total = time.monotonic(), 0.0, 0, 0.0
    while (passed := time.monotonic() - begun) < seconds:
        share = passed / seconds
        now = rate * min(1.0, (steps + 1) / 500) * (0.01 + 0.99 * 0.5 * (1 + math.cos(math.pi * share)))
        for group in optimiser.param_groups:
            group["lr"] = now
        loss = loss_of(model, crops(corpus, batch), n_speakers)
        optimiser.zero_grad(set_to_none=True)
        loss.backward()
        torch.nn.utils.clip_grad_norm_(model.parameters(), 1.0)
        optimiser.step()
        average.update_parameters(model)
        steps += 1
        if steps % 50 == 0:
            total += float(loss.detach())
            if passed > told + 20:
                print(f"{passed:.0f} s, step {steps}: loss {total / max(1, steps // 50):.4f} on the mean", flush=True)
                told = passed
    print(f"{steps} steps, last loss {float(loss.detach()):.4f}", flush=True)
    return average.module


@torch.no_grad()
def spoken(model: Voices, several: list[seg.Segments], speaker, statistics, device) -> list[np.ndarray]:
    """Normalised cepstra (frames, 13) of each; speaker: int64 (n,); statistics: (n, 26)."""
    symbols, stresses, lasting, firsts = seg.joined(several, CONTEXT + 1)
    totals = [int(one.frames.sum()) for one in several]
    longest = max(totals)
    segment, elapsed = np.zeros((len(several), longest), int), np.zeros((len(several), longest), int)
    for row, (first, one, n) in enumerate(zip(firsts, several, totals, strict=True)):
        own, elapsed[row, :n] = one.by_frame()
        segment[row, :n] = first + own
        segment[row, n:] = first + len(one.frames)

    def tensor(array, kind=torch.int64):
        return torch.as_tensor(array, device=device).to(kind)

    with torch.autocast(device.type, torch.bfloat16):
        said = model.condition(
            *told_of(
                tensor(segment),
                tensor(elapsed, torch.float32),
                tensor(symbols),
                tensor(stresses),
                tensor(lasting, torch.float32),
            )
        )
        x = torch.randn(len(several), longest, N_CEPSTRA, device=device)
        for step in range(_STEPS):
            moment = torch.full((len(several),), (step + 0.5) / _STEPS, device=device)
            ahead = torch.full((len(several),), step / _STEPS, device=device)
            half = x + model(x, ahead, said, speaker, statistics).float() * (0.5 / _STEPS)
            x = x + model(half, moment, said, speaker, statistics).float() / _STEPS
    made = x.cpu().numpy()
    return [rows[:n] for rows, n in zip(made, totals, strict=True)]


def speak(model: Voices, texts: list[str], found: Recordings, numbers, scale, stress, device, seed: int):
    """Each text, said as one of the recordings was: yields (text, speaker, raw cepstra), in no order.

    Speakers are drawn evenly to the root of what they read.
    """
    rng = np.random.default_rng(seed)
    torch.manual_seed(seed)
    durations = seg.Durations(found.segments)
    by_speaker: dict[str, list[int]] = {}
    for i, name in enumerate(found.speakers):
        by_speaker.setdefault(name, []).append(i)
    names = list(by_speaker)
    weight = np.sqrt([len(by_speaker[name]) for name in names])
    drawn = rng.choice(len(names), len(texts), p=weight / weight.sum())
    plans = []
    for text, which in zip(texts, drawn, strict=True):
        source = by_speaker[names[which]][rng.integers(len(by_speaker[names[which]]))]
        rate = seg.Durations.rate(found.segments[source]) * rng.uniform(0.9, 1.1)
        plans.append((text, source, durations.draw(text, stress, max(4.0, min(rate, 14.0)), rng)))
    plans.sort(key=lambda plan: int(plan[2].frames.sum()))
    standard = (found.statistics - scale[0]) / scale[1]
    for n in range(0, len(plans), _AT_ONCE):
        some = plans[n : n + _AT_ONCE]
        sources = [source for _, source, _ in some]
        speaker = torch.as_tensor([numbers[found.speakers[i]] for i in sources], device=device)
        statistics = torch.as_tensor(standard[sources], device=device, dtype=torch.float32)
        made = spoken(model, [plan for _, _, plan in some], speaker, statistics, device)
        for (text, source, _), cepstra in zip(some, made, strict=True):
            mean, deviation = np.split(found.statistics[source], 2)
            yield text, found.speakers[source], cepstra * deviation + mean


def _in_parts(state: dict[str, np.ndarray]) -> list[dict[str, np.ndarray]]:
    """Of about the same size: whatever is largest goes where least is."""
    parts: list[dict[str, np.ndarray]] = [{} for _ in range(_PARTS)]
    for name in sorted(state, key=lambda name: -state[name].nbytes):
        min(parts, key=lambda part: sum(array.nbytes for array in part.values()))[name] = state[name]
    return parts


def write_cache(folder: Path, packed: Path, made) -> Path:
    """What `speak` yields as a feature cache on the pack's scale."""
    scale = np.load(packed / SCALE)
    folder.mkdir(parents=True, exist_ok=True)
    codes, rows, start = [], [], 0
    for n, (text, speaker, cepstra) in enumerate(made):
        codes.append(np.clip(np.round((cepstra - scale["offset"]) / scale["scale"]), -128, 127).astype(np.int8))
        rows.append((f"voice-{n:06}", f"{SYNTHETIC}voice of {speaker}", TRAIN, start, len(cepstra), text))
        start += len(cepstra)
    np.save(folder / FEATURES, np.concatenate(codes))
    (folder / SCALE).write_bytes((packed / SCALE).read_bytes())
    write_rows(folder / UTTERANCES, rows)
    print(f"{folder.name}: {len(rows)} sentences, {start / 360000:.2f} h", flush=True)
    return folder


def save_weights(model: Voices, path: Path) -> None:
    """PATH.0.npz and so on, as float16."""
    state = {name: value.detach().half().cpu().numpy() for name, value in model.state_dict().items()}
    for part, some in enumerate(_in_parts(state)):
        np.savez(path.with_suffix(f".{part}.npz"), **some)


def load_weights(model: Voices, path: Path) -> None:
    """What `save_weights` wrote."""
    for part in range(_PARTS):
        some = np.load(path.with_suffix(f".{part}.npz"))
        model.load_state_dict({name: torch.as_tensor(some[name]).float() for name in some.files}, strict=False)


def parser() -> argparse.ArgumentParser:
    made = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    add = made.add_argument
    add("packed", type=Path, help="what pack and texts wrote")
    add("--corpus", action="append", required=True, help="names of packs whose voices are learned")
    add("--work", type=Path, required=True, help="folder for what is unpacked and spoken")
    add("--weights", type=Path, required=True, help="are read, or written after training")
    add("--seconds", type=float, help="train for so long; without it, the weights are read")
    add("--batch", type=int, default=256, help="stretches in a step")
    add("--width", type=int, default=384)
    add("--rate", type=float, default=8e-4, help="highest learning rate")
    add("--sentences", type=int, default=0, help="how many are spoken then")
    add("--seed", type=int, default=1)
    return made


def main() -> int:
    arguments = parser().parse_args()
    device = torch.device("cuda" if torch.cuda.is_available() else "cpu")
    torch.manual_seed(arguments.seed)
    torch.backends.cuda.matmul.allow_tf32 = torch.backends.cudnn.allow_tf32 = True
    stress = read_stress(arguments.packed)
    found = recordings(arguments.packed, arguments.corpus, arguments.work, stress)
    numbers = {name: n for n, name in enumerate(sorted(set(found.speakers)))}
    scale = found.statistics.mean(axis=0), found.statistics.std(axis=0)
    model = Voices(len(numbers), arguments.width).to(device)
    print(f"{len(found.speakers)} recordings, {len(numbers)} voices", flush=True)
    if arguments.seconds:
        corpus = on_device(found, numbers, scale, device)
        model = train(model, corpus, arguments.seconds, len(numbers), arguments.batch, arguments.rate)
        save_weights(model, arguments.weights)
    else:
        load_weights(model, arguments.weights)
    model.eval()
    if arguments.sentences:
        texts = lzma.decompress((arguments.packed / "sentences.xz").read_bytes()).decode().splitlines()
        made = speak(model, texts[: arguments.sentences], found, numbers, scale, stress, device, arguments.seed)
        write_cache(arguments.work / "voices", arguments.packed, made)
    return 0


if __name__ == "__main__":
    sys.exit(main())
