"""A microphone without hardware: what the test says arrives as if PortAudio had called back."""

import threading
from array import array

from engine.audio.portaudio import OnBlock
from engine.errors import DiktovkaError


class FakeMicrophone:
    """Stands where `open_portaudio` stands: Recorder(..., open_stream=microphone.open, clock=microphone.clock).

    failure: raised instead of opening. Time passes only with what is said.
    """

    def __init__(self, rate_hz: int = 16_000, channels: int = 1, failure: DiktovkaError | None = None):
        self.name, self.rate_hz, self.channels = "Fake", rate_hz, channels
        self.active = True
        self.opened = threading.Event()
        self.closed = threading.Event()
        self.asked_for: list[str | None] = []
        self._failure = failure
        self._now_s = 100.0
        self._on_block: OnBlock | None = None

    def clock(self) -> float:
        return self._now_s

    def open(self, name: str | None, on_block: OnBlock) -> "FakeMicrophone":
        self.asked_for.append(name)
        if self._failure is not None:
            raise self._failure
        self._on_block = on_block
        self.opened.set()
        return self

    def close(self) -> None:
        self.closed.set()

    def say(self, *samples: int) -> None:
        """One block of interleaved 16-bit samples."""
        assert self.opened.wait(5), "the recorder has not opened the microphone"
        self._now_s += len(samples) / self.channels / self.rate_hz
        self._on_block(array("h", samples).tobytes())

    def say_for(self, duration_s: float, value: int = 1000, block_s: float = 0.05) -> None:
        """A constant voltage, in blocks of block_s seconds."""
        for _ in range(round(duration_s / block_s)):
            self.say(*[value] * (round(block_s * self.rate_hz) * self.channels))

    def vanish(self) -> None:
        """As when the plug is pulled: no blocks any more, and the stream is inactive."""
        self.active = False
