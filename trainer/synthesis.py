"""The machine's own synthesisers: sentences in, speech out.

espeak-ng has many voices but a machine's sound; Festival's Russian voice is cut from one person's recordings. Both are
programs that may be missing; neither is needed for anything but synthetic speech.
"""

import contextlib
import io
import shutil
import subprocess
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import soundfile
import soxr

from engine.alphabet import Alphabet
from engine.config import SAMPLE_RATE_HZ
from engine.errors import SynthesiserFailed, SynthesiserMissing

ESPEAK, FESTIVAL = "espeak-ng", "festival"
ESPEAK_VARIANTS = (
    *(f"m{n}" for n in range(1, 9)),
    *(f"f{n}" for n in range(1, 6)),
    *("Andy", "Alicia", "Andrea", "Annie", "Denis", "Gene", "Hugo", "Jacky", "Lee", "Marco", "Mario", "Michael"),
    *("adam", "anika", "antonio", "belinda", "benjamin", "boris", "caleb", "david", "ed", "edward", "grandma"),
    *("iven", "linda", "max", "michel", "miguel", "norbert", "pablo", "paul", "pedro", "quincy", "rob", "robert"),
    *("sandro", "shelby", "steph", "travis", "victor", "zac", "klatt", "klatt2", "klatt3", "klatt4"),
)
_FESTIVAL_VOICE = "voice_msu_ru_nsh_clunits"
_TIME_OUT_S = 60
_FESTIVAL_SENTENCES = 300  # it keeps 300 kB of each
_FESTIVAL_LINE = '(utt.save.wave (SynthText "{text}") "{path}" \'riff)(format t "spoken\\n")(fflush nil)\n'


@dataclass(frozen=True)
class Voice:
    """How something is spoken. variant: espeak-ng's name, "" for Festival; words_per_minute and pitch (0 to 100) are
    espeak-ng's; tract: factor on all frequencies and on the speed, as of a smaller person."""

    synthesiser: str
    variant: str = ""
    words_per_minute: int = 150
    pitch: int = 50
    tract: float = 1.0

    @property
    def name(self) -> str:
        return f"{self.synthesiser} {self.variant}".strip()


def installed() -> tuple[str, ...]:
    """Which synthesisers can speak here. Festival counts only with its Russian voice."""
    found = [ESPEAK] if shutil.which(ESPEAK) else []
    if shutil.which(FESTIVAL) and _festival_says_yes():
        found.append(FESTIVAL)
    return tuple(found)


def _festival_says_yes() -> bool:
    asked = [FESTIVAL, "--batch", f'(if (not (boundp \'{_FESTIVAL_VOICE})) (error "none"))']
    try:
        done = subprocess.run(asked, capture_output=True, timeout=_TIME_OUT_S)
    except (OSError, subprocess.TimeoutExpired):
        return False
    return done.returncode == 0 and b"rror" not in done.stderr + done.stdout


def random_voice(synthesiser: str, rng: np.random.Generator, variants: Sequence[str] = ESPEAK_VARIANTS) -> Voice:
    """Any voice of a synthesiser, at any sensible speed and pitch. variants: those of espeak-ng to choose from."""
    if synthesiser == FESTIVAL:
        return Voice(FESTIVAL, tract=float(rng.uniform(0.88, 1.22)))
    variant = str(rng.choice(variants))
    return Voice(
        ESPEAK, variant, int(rng.integers(110, 220)), int(rng.integers(15, 90)), float(rng.uniform(0.95, 1.05))
    )


class Speakers:
    """The synthesisers, started when first needed and kept: Festival loads for a second, then speaks at 30 times real
    time. Use as a context manager, or `close` it."""

    def __init__(self) -> None:
        self._festival: subprocess.Popen | None = None
        self._n_spoken = 0
        self._folder = tempfile.TemporaryDirectory(prefix="diktovka-speech-")
        self._letters = set(Alphabet().letters)

    def __enter__(self) -> "Speakers":
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        self._end_festival()
        self._folder.cleanup()

    def _end_festival(self) -> None:
        if self._festival is not None:
            self._festival.kill()
            self._festival.wait()
            for end in (self._festival.stdin, self._festival.stdout):
                with contextlib.suppress(OSError):  # what was not written yet
                    end.close()
            self._festival, self._n_spoken = None, 0

    def speak(self, text: str, voice: Voice) -> np.ndarray:
        """text: normalised, letters of the alphabet alone. Returns float32 samples in [-1, 1] at 16 kHz.

        Raises SynthesiserMissing, SynthesiserFailed, ValueError for other characters.
        """
        if not text.strip() or not set(text) <= self._letters:
            raise ValueError(f"only Russian letters and spaces can be spoken: {text!r}")
        spoken = self._by_festival(text) if voice.synthesiser == FESTIVAL else _by_espeak(text, voice)
        samples, rate_hz = soundfile.read(io.BytesIO(spoken), dtype="float32")
        if not len(samples):
            raise SynthesiserFailed(program=voice.synthesiser, reason="it spoke nothing")
        return np.asarray(soxr.resample(samples, rate_hz * voice.tract, SAMPLE_RATE_HZ), np.float32)

    def _by_festival(self, text: str) -> bytes:
        if self._n_spoken >= _FESTIVAL_SENTENCES:
            self._end_festival()
        if self._festival is None:
            self._festival = self._start_festival()
        self._n_spoken += 1
        path = Path(self._folder.name) / "speech.wav"
        path.unlink(missing_ok=True)
        try:
            self._festival.stdin.write(_FESTIVAL_LINE.format(text=text, path=path).encode())
            self._festival.stdin.flush()
            while (line := self._festival.stdout.readline()) and line.strip() != b"spoken":
                pass
            return path.read_bytes()
        except OSError as error:
            self._end_festival()
            raise SynthesiserFailed(program=FESTIVAL, reason=f"it did not speak “{text}”") from error

    def _start_festival(self) -> subprocess.Popen:
        pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "stderr": subprocess.DEVNULL}
        try:
            started = subprocess.Popen([FESTIVAL, "--pipe"], **pipes)
        except FileNotFoundError as error:
            raise SynthesiserMissing(program=FESTIVAL) from error
        started.stdin.write(f"({_FESTIVAL_VOICE})\n".encode())
        return started


def _by_espeak(text: str, voice: Voice) -> bytes:
    command = [ESPEAK, "-v", f"ru+{voice.variant}", "-s", str(voice.words_per_minute), "-p", str(voice.pitch)]
    try:
        done = subprocess.run([*command, "--stdout", text], capture_output=True, timeout=_TIME_OUT_S, check=True)
    except FileNotFoundError as error:
        raise SynthesiserMissing(program=ESPEAK) from error
    except (OSError, subprocess.SubprocessError) as error:
        raise SynthesiserFailed(program=ESPEAK, reason=f"it did not speak “{text}”") from error
    return done.stdout
