"""How often sounds without words give words, and what becomes of speech at all levels, the whole way from the file.

    .venv/bin/python scripts/no_words.py [CHECKPOINT] [--min-confidence 0] [--language-model DIR] [--speech FOLDER...]

Prints, for each of some twenty kinds of sound, how many of 16 made ones gave words, and what the words were; then, for
each level of the speech of folders with transcripts (else the program's samples), how many of its words are wrong, how
many recordings have no text, and how many a text that is nonsense: more than 80 % of it wrong. Equal from run to run.
"""

import argparse
import json
import sys
import tempfile
from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import cache
from pathlib import Path

import numpy as np

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))
RATE_HZ = 16_000
OF_EACH = 16
_NEAR_SILENCE = 1e-4  # -80 dB of full scale
_OVERDRIVE = 40.0  # times full scale
PEAKS_DB = (None, -20, -45, -55, -66, -80, 6, 12, 20, 32)  # the last is 40 times full scale
_NONSENSE = 0.8


def main() -> int:
    arguments = _parser().parse_args()
    import soundfile

    from engine.decode.beam_loader import Language, load_beam
    from engine.model.recogniser import load_recogniser
    from engine.transcribe.transcribe import Transcriber

    model, recognise = load_recogniser(arguments.checkpoint)
    if arguments.min_confidence is not None:
        model = replace(model, decode=replace(model.decode, min_confidence=arguments.min_confidence))
    decoder, _own = load_beam(model, Language(arguments.language_model, None))
    transcriber = Transcriber(model, recognise, decoder)
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "sound.wav"

        def text_of(samples: np.ndarray) -> str:
            soundfile.write(path, samples, RATE_HZ, subtype="PCM_16")
            *_, finished = transcriber.transcribe(path)
            return finished.text.replace("\n", " ")

        _report_kinds(text_of)
        _report_speech(text_of, arguments.speech)
    return 0


def _report_kinds(text_of: Callable[[np.ndarray], str]) -> None:
    total = 0
    for kind in KINDS:
        texts = list(filter(None, (text_of(made(kind, number)) for number in range(OF_EACH))))
        total += len(texts)
        print(f"{kind:<24} {len(texts):>3} of {OF_EACH}", *texts[:3], sep="  ", flush=True)
    print(f"{'all':<24} {total:>3} of {OF_EACH * len(KINDS)}: {total / OF_EACH / len(KINDS):.1%}")


def _report_speech(text_of: Callable[[np.ndarray], str], folders: Sequence[Path]) -> None:
    from trainer.evaluation.metrics import error_rate

    spoken = _spoken(folders)
    print(f"\n{'speech, peak':<24} words wrong  without text  nonsense  ({len(spoken)} recordings)")
    for peak_db in PEAKS_DB:
        pairs = [(text, text_of(at_level(samples, peak_db))) for samples, text in spoken]
        n_empty = sum(not heard for _text, heard in pairs)
        n_nonsense = sum(bool(pair[1]) and error_rate([pair]).wer > _NONSENSE for pair in pairs)
        shown = "as it is" if peak_db is None else f"{peak_db:+} dB"
        print(f"{shown:<24} {error_rate(pairs).wer:>11.3f}  {n_empty:>12}  {n_nonsense:>8}", flush=True)


def _spoken(folders: Sequence[Path]) -> list[tuple[np.ndarray, str]]:
    """Recordings and what is said in them."""
    from engine.alphabet import normalise
    from engine.paths import resource
    from trainer.corpus.transcripts import read_transcripts

    spoken = [(item.path, item.text) for folder in folders for item in read_transcripts(folder)]
    if not spoken:
        samples = json.loads(resource("samples/samples.json").read_text("utf-8"))
        spoken = [(resource("samples") / sample["file"], normalise(sample["text"])) for sample in samples]
    return [(_samples(path), text) for path, text in spoken]


def _samples(path: Path) -> np.ndarray:
    from engine.audio.file import open_audio

    with open_audio(path) as audio:
        return np.concatenate(list(audio.blocks()))


def at_level(samples: np.ndarray, peak_db: float | None) -> np.ndarray:
    """The same with its peak so many decibels over full scale, clipped, or below it; None: as it is."""
    gain = 1.0 if peak_db is None else 10 ** (peak_db / 20) / np.abs(samples).max()
    return np.clip(gain * samples, -1, 1)


def made(kind: str, number: int) -> np.ndarray:
    """A sound of a kind: float32 (n,), 2 to 8 s at 16 kHz, in [-1, 1]. Equal numbers give equal sounds."""
    rng = np.random.default_rng([list(KINDS).index(kind), number])
    n = int(rng.uniform(2, 8) * RATE_HZ)
    return np.clip(KINDS[kind](n, rng), -1, 1).astype(np.float32)


def _coloured(n: int, rng: np.random.Generator, exponent: float) -> np.ndarray:
    """Noise of peak 1 whose amplitude falls with frequency to the power given: 0 white, 0.5 pink, 1 brown."""
    spectrum = np.fft.rfft(rng.standard_normal(n))
    noise = np.fft.irfft(spectrum / np.maximum(20, np.arange(len(spectrum)) * RATE_HZ / n) ** exponent, n)
    return noise / np.abs(noise).max()


def _any_colour(n: int, rng: np.random.Generator) -> np.ndarray:
    return _coloured(n, rng, rng.uniform(0, 1))


def _level(rng: np.random.Generator, least_db: float = -50, most_db: float = 0) -> float:
    return 10 ** (rng.uniform(least_db, most_db) / 20)


def _time_s(n: int) -> np.ndarray:
    return np.arange(n) / RATE_HZ


def _swell(n: int, rng: np.random.Generator, every_s: float) -> np.ndarray:
    """A loudness that wanders between 0.03 and 1."""
    points = rng.uniform(0.03, 1, max(3, int(n / RATE_HZ / every_s)))
    return np.interp(np.linspace(0, len(points) - 1, n), np.arange(len(points)), points)


def _hum(n: int, rng: np.random.Generator) -> np.ndarray:
    base_hz = rng.choice([50, 60, 100, 120])
    wave = sum(
        rng.uniform(0, 1) / k * np.sin(2 * np.pi * (base_hz * k * _time_s(n) + rng.random())) for k in range(1, 30)
    )
    return _level(rng) * wave / np.abs(wave).max() + 0.002 * _any_colour(n, rng)


def _note(hz: float, n: int, rng: np.random.Generator) -> np.ndarray:
    """A note with overtones that dies away, as of a string; some with vibrato."""
    time_s = _time_s(n)
    phase = hz * time_s + rng.uniform(0, 0.02) * hz / 30 * np.sin(2 * np.pi * 5.5 * time_s)
    strength = rng.uniform(0.3, 1, 12) / np.arange(1, 13) ** rng.uniform(0.5, 1.5)
    wave = sum(a * np.sin(2 * np.pi * k * phase) for k, a in enumerate(strength, start=1) if k * hz < RATE_HZ / 2)
    return wave * np.exp(-time_s * rng.uniform(0.5, 6)) * np.minimum(1, time_s / rng.uniform(0.003, 0.08))


def _music(n: int, rng: np.random.Generator, voices: int, drums: bool = False) -> np.ndarray:
    """Notes of a scale one after another, so many together."""
    whole, beat = np.zeros(n), int(rng.uniform(0.12, 0.6) * RATE_HZ)
    scale = 2 ** (np.array([0, 2, 4, 5, 7, 9, 11]) / 12) * rng.uniform(110, 330)
    for start in range(0, n, beat):
        length = min(n - start, int(beat * rng.uniform(0.8, 3)))
        for _ in range(voices):
            whole[start : start + length] += _note(rng.choice(scale) * rng.choice([1, 2]), length, rng)
        if drums:
            length = min(n - start, RATE_HZ // 5)
            strike = _coloured(length, rng, rng.uniform(0, 0.8)) * np.exp(-_time_s(length) * 25)
            whole[start : start + length] += 3 * strike
    return _level(rng, -35) * whole / np.abs(whole).max()


def _sweeps(n: int, rng: np.random.Generator) -> np.ndarray:
    """A siren: a tone with overtones whose pitch goes up and down."""
    hz = rng.uniform(200, 900) * 2 ** np.sin(2 * np.pi * rng.uniform(0.2, 3) * _time_s(n))
    phase = np.cumsum(hz) / RATE_HZ
    return _level(rng) * sum(np.sin(2 * np.pi * k * phase) / k for k in range(1, 6)) / 2.3


def _strikes(n: int, rng: np.random.Generator) -> np.ndarray:
    """Knocks, as of typing, over faint noise."""
    at = (rng.random(n) < rng.uniform(1, 10) / RATE_HZ) * rng.uniform(0.2, 1, n)
    decay = np.exp(-np.arange(1600) / rng.uniform(20, 400)) * rng.standard_normal(1600)
    wave = np.convolve(at, decay)[:n]
    return _level(rng, -30) * wave / (np.abs(wave).max() or 1) + _level(rng, -70, -45) * _any_colour(n, rng)


def _bursts(n: int, rng: np.random.Generator) -> np.ndarray:
    """Noise switched on and off in the rhythm of syllables."""
    gate = np.repeat(rng.random(n // 1600 + 1) < 0.6, 1600)[:n]
    return _level(rng) * gate * _any_colour(n, rng) + 0.001 * _any_colour(n, rng)


def _buzzing(n: int, rng: np.random.Generator) -> np.ndarray:
    """A motor: pulses whose rate wanders, through two resonances."""
    phase = np.cumsum(rng.uniform(60, 180) * (1 + 0.1 * _swell(n, rng, 0.5))) / RATE_HZ
    pulses = np.diff(np.floor(phase), prepend=0)
    time_s = _time_s(800)
    wave = sum(
        np.convolve(pulses, np.exp(-time_s * 300) * np.sin(2 * np.pi * hz * time_s))[:n]
        for hz in rng.uniform(300, 2500, 2)
    )
    return _level(rng) * wave / np.abs(wave).max()


@cache
def _voices() -> list[np.ndarray]:
    """The program's samples, of full loudness, and the same from the end backwards."""
    from engine.paths import resource

    forwards = [_samples(resource("samples") / name) for name in ("man.wav", "woman.wav")]
    return [voice / np.sqrt(np.mean(np.square(voice))) for one in forwards for voice in (one, one[::-1])]


def _babble(n: int, rng: np.random.Generator) -> np.ndarray:
    """Twelve people at once, each with a speed and pitch of their own."""
    whole = np.zeros(n)
    for _person in range(12):
        voice, start = _voices()[rng.integers(4)], rng.uniform(0, 1e5)
        places = start + np.arange(n) * rng.uniform(0.8, 1.25)
        whole += rng.uniform(0.5, 1) * np.interp(places % len(voice), np.arange(len(voice)), voice)
    return _level(rng, -35, -3) * whole / np.abs(whole).max()


KINDS: dict[str, Callable[[int, np.random.Generator], np.ndarray]] = {
    "zeros": lambda n, rng: np.zeros(n),
    "near silence": lambda n, rng: _NEAR_SILENCE * _any_colour(n, rng),
    "near silence, swelling": lambda n, rng: _NEAR_SILENCE * _swell(n, rng, 0.2) * _any_colour(n, rng),
    "white noise": lambda n, rng: _level(rng) * _coloured(n, rng, 0),
    "pink noise": lambda n, rng: _level(rng) * _coloured(n, rng, 0.5),
    "brown noise": lambda n, rng: _level(rng) * _coloured(n, rng, 1),
    "swelling noise": lambda n, rng: _level(rng) * _swell(n, rng, 0.4) * _any_colour(n, rng),
    "bursts of noise": _bursts,
    "clipped noise": lambda n, rng: _OVERDRIVE * _any_colour(n, rng),
    "clipped bursts": lambda n, rng: _OVERDRIVE * _swell(n, rng, 0.15) ** 3 * _any_colour(n, rng),
    "clipped hum": lambda n, rng: _OVERDRIVE * _hum(n, rng),
    "hum": _hum,
    "motor": _buzzing,
    "knocks": _strikes,
    "sweeps": _sweeps,
    "melody": lambda n, rng: _music(n, rng, 1),
    "chords": lambda n, rng: _music(n, rng, 3),
    "chords and drums": lambda n, rng: _music(n, rng, 3, drums=True),
    "babble": _babble,
    "clipped music": lambda n, rng: _OVERDRIVE * _music(n, rng, 3, drums=True),
}


def _parser() -> argparse.ArgumentParser:
    from engine.paths import shipped_checkpoint, shipped_language_model

    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("checkpoint", type=Path, nargs="?", default=shipped_checkpoint())
    parser.add_argument("--min-confidence", type=float, help="instead of the model's own (see DecodeConfig)")
    parser.add_argument("--language-model", type=Path, default=shipped_language_model(), metavar="DIR")
    parser.add_argument("--speech", type=Path, nargs="+", default=[], metavar="FOLDER")
    return parser


if __name__ == "__main__":
    sys.exit(main())
