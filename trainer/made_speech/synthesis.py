"""The installed speech synthesisers: sentences in, speech out.

espeak-ng has many voices but sounds like a machine; Festival's Russian voice is cut from one person's recordings;
RHVoice's voices are models of some people's speech. All are optional programs, needed only for synthetic speech.
"""

import contextlib
import io
import shutil
import subprocess
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import IO, cast

import numpy as np
import soundfile
import soxr

from engine.alphabet import Alphabet
from engine.config import SAMPLE_RATE_HZ
from trainer.errors import SynthesiserFailed, SynthesiserMissing

ESPEAK, FESTIVAL, RHVOICE = "espeak-ng", "festival", "RHVoice-test"
ESPEAK_VARIANTS = (
    *(f"m{n}" for n in range(1, 9)),
    *(f"f{n}" for n in range(1, 6)),
    *("Andy", "Alicia", "Andrea", "Annie", "Denis", "Gene", "Hugo", "Jacky", "Lee", "Marco", "Mario", "Michael"),
    *("adam", "anika", "antonio", "belinda", "benjamin", "boris", "caleb", "david", "ed", "edward", "grandma"),
    *("iven", "linda", "max", "michel", "miguel", "norbert", "pablo", "paul", "pedro", "quincy", "rob", "robert"),
    *("sandro", "shelby", "steph", "travis", "victor", "zac", "klatt", "klatt2", "klatt3", "klatt4"),
)
RHVOICE_VOICES = ("aleksandr", "aleksandr-hq", "anna", "elena", "irina")  # the voices under free licences
_RHVOICE_FOLDER = Path("/usr/share/RHVoice/voices")
_FESTIVAL_VOICE = "voice_msu_ru_nsh_clunits"
_TIME_OUT_S = 60
_RHVOICE_WORDS_PER_MINUTE = 150  # approximate default rate
_FESTIVAL_SENTENCES = 300  # then it is restarted, because it keeps 300 kB per sentence
_FESTIVAL_LINE = '(utt.save.wave (SynthText "{text}") "{path}" \'riff)(format t "spoken\\n")(fflush nil)\n'


@dataclass(frozen=True)
class Voice:
    """A voice with its settings.

    variant: espeak-ng's or RHVoice's name of the voice, "" for Festival; words_per_minute and pitch (0 to 100, 50 is
    the voice's own) are for these two; tract: factor on all frequencies and on the speed, as of a smaller person.
    """

    synthesiser: str
    variant: str = ""
    words_per_minute: int = 150
    pitch: int = 50
    tract: float = 1.0

    @property
    def name(self) -> str:
        """Synthesiser and variant, as a speaker's name."""
        return f"{self.synthesiser} {self.variant}".strip()


def installed() -> tuple[str, ...]:
    """The installed synthesisers. Festival counts only with its Russian voice, RHVoice only with a free voice."""
    synthesisers = [ESPEAK] if shutil.which(ESPEAK) else []
    if shutil.which(FESTIVAL) and _festival_says_yes():
        synthesisers.append(FESTIVAL)
    if shutil.which(RHVOICE) and rhvoice_voices():
        synthesisers.append(RHVOICE)
    return tuple(synthesisers)


def rhvoice_voices() -> list[str]:
    """The installed Russian voices of RHVoice under free licences."""
    return [name for name in RHVOICE_VOICES if (_RHVOICE_FOLDER / name).is_dir()]


def _festival_says_yes() -> bool:
    command = [FESTIVAL, "--batch", f'(if (not (boundp \'{_FESTIVAL_VOICE})) (error "none"))']
    try:
        process = subprocess.run(command, capture_output=True, timeout=_TIME_OUT_S, check=False)
    except (OSError, subprocess.TimeoutExpired):
        return False
    return process.returncode == 0 and b"rror" not in process.stderr + process.stdout


def random_voice(synthesiser: str, rng: np.random.Generator, variants: Sequence[str] = ESPEAK_VARIANTS) -> Voice:
    """A random voice of a synthesiser, with a random sensible speed and pitch. variants: espeak-ng's voices to choose
    from."""
    if synthesiser == FESTIVAL:
        return Voice(FESTIVAL, tract=float(rng.uniform(0.88, 1.22)))
    if synthesiser == RHVOICE:
        variant = str(rng.choice(rhvoice_voices()))
        return Voice(RHVOICE, variant, int(rng.integers(110, 220)), *_random_person(rng))
    variant = str(rng.choice(variants))
    return Voice(
        ESPEAK, variant, int(rng.integers(110, 220)), int(rng.integers(15, 90)), float(rng.uniform(0.95, 1.05))
    )


def _random_person(rng: np.random.Generator) -> tuple[int, float]:
    """Pitch and tract of a person similar to the voice's own speaker."""
    return int(rng.integers(25, 80)), float(rng.uniform(0.9, 1.15))


class Speakers:
    """The synthesisers, started when first needed and kept running. A context manager.

    Festival takes a second to start, then speaks 30 times as fast as real time.
    """

    def __init__(self) -> None:
        self._festival: subprocess.Popen[bytes] | None = None
        self._n_spoken = 0
        self._folder = tempfile.TemporaryDirectory(prefix="diktovka-speech-")
        self._letters = set(Alphabet().letters)

    def __enter__(self) -> "Speakers":
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Ends the synthesisers and removes their files."""
        self._end_festival()
        self._folder.cleanup()

    def _end_festival(self) -> None:
        if self._festival is not None:
            self._festival.kill()
            self._festival.wait()
            for end in _pipes(self._festival):
                with contextlib.suppress(OSError):  # unwritten input
                    end.close()
            self._festival, self._n_spoken = None, 0

    def speak(self, text: str, voice: Voice) -> np.ndarray:
        """text: normalised, only letters of the alphabet and spaces. Returns float32 samples in [-1, 1] at 16 kHz.

        Raises SynthesiserMissing, SynthesiserFailed, ValueError for other characters.
        """
        if not text.strip() or not set(text) <= self._letters:
            raise ValueError(f"only Russian letters and spaces can be spoken: {text!r}")
        spoken = self._by(text, voice)
        samples, rate_hz = soundfile.read(io.BytesIO(spoken), dtype="float32")
        if not len(samples):
            raise SynthesiserFailed(program=voice.synthesiser, reason="it spoke nothing")
        return np.asarray(soxr.resample(samples, rate_hz * voice.tract, SAMPLE_RATE_HZ), np.float32)

    def _by(self, text: str, voice: Voice) -> bytes:
        """The spoken text as a WAV file."""
        if voice.synthesiser == FESTIVAL:
            return self._by_festival(text)
        if voice.synthesiser == RHVOICE:
            return _by_rhvoice(text, voice, Path(self._folder.name) / "rhvoice.wav")
        return _by_espeak(text, voice)

    def _by_festival(self, text: str) -> bytes:
        if self._n_spoken >= _FESTIVAL_SENTENCES:
            self._end_festival()
        if self._festival is None:
            self._festival = self._start_festival()
        self._n_spoken += 1
        path = Path(self._folder.name) / "speech.wav"
        path.unlink(missing_ok=True)
        try:
            to_festival, from_festival = _pipes(self._festival)
            to_festival.write(_FESTIVAL_LINE.format(text=text, path=path).encode())
            to_festival.flush()
            while (line := from_festival.readline()) and line.strip() != b"spoken":
                pass
            return path.read_bytes()
        except OSError as error:
            self._end_festival()
            raise _silent(FESTIVAL, text) from error

    def _start_festival(self) -> subprocess.Popen[bytes]:
        pipe = subprocess.PIPE
        try:
            started = subprocess.Popen([FESTIVAL, "--pipe"], stdin=pipe, stdout=pipe, stderr=subprocess.DEVNULL)
        except FileNotFoundError as error:
            raise SynthesiserMissing(program=FESTIVAL) from error
        _pipes(started)[0].write(f"({_FESTIVAL_VOICE})\n".encode())
        return started


def _pipes(process: subprocess.Popen[bytes]) -> tuple[IO[bytes], IO[bytes]]:
    """Standard input and output of a process that was started with pipes for both."""
    return cast(IO[bytes], process.stdin), cast(IO[bytes], process.stdout)


def _by_espeak(text: str, voice: Voice) -> bytes:
    command = [ESPEAK, "-v", f"ru+{voice.variant}", "-s", str(voice.words_per_minute), "-p", str(voice.pitch)]
    return _spoken([*command, "--stdout", text], text)


def _by_rhvoice(text: str, voice: Voice, path: Path) -> bytes:
    rate, pitch = round(voice.words_per_minute / _RHVOICE_WORDS_PER_MINUTE * 100), 50 + voice.pitch
    path.unlink(missing_ok=True)
    _spoken([RHVOICE, "-p", voice.variant, "-r", str(rate), "-t", str(pitch), "-o", str(path)], text, text)
    try:
        return path.read_bytes()
    except OSError as error:
        raise _silent(RHVOICE, text) from error


def _spoken(command: Sequence[str], text: str, typed: str = "") -> bytes:
    """A synthesiser's standard output; typed: its standard input."""
    try:
        return subprocess.run(
            command, input=typed.encode(), capture_output=True, timeout=_TIME_OUT_S, check=True
        ).stdout
    except FileNotFoundError as error:
        raise SynthesiserMissing(program=command[0]) from error
    except (OSError, subprocess.SubprocessError) as error:
        raise _silent(command[0], text) from error


def _silent(program: str, text: str) -> SynthesiserFailed:
    return SynthesiserFailed(program=program, reason="it did not speak “{text}”", text=text)
