"""Microphone -> WAV on disk from the first block, with its level. No sound is ever held only in memory.

PortAudio's callback thread only copies blocks into a queue; the recorder's own thread writes them. Python's
`array` does the arithmetic, because importing NumPy would add a third of a second to the window's start.
"""

import logging
import math
import os
import queue
import struct
import threading
import time
from array import array
from collections.abc import Callable
from dataclasses import dataclass
from operator import mul
from pathlib import Path
from typing import BinaryIO

from engine.audio.portaudio import InputDevice, OpenStream, Stream, input_devices, open_portaudio
from engine.errors import (
    CaptureError,
    DiktovkaError,
    DiskFull,
    MicrophoneBusy,
    MicrophoneLost,
    RecordingCut,
    StorageError,
)
from engine.system.atomic_files import storage_error, sync
from engine.system.private import create_private

__all__ = ["InputDevice", "Recorder", "Recording", "WavWriter", "input_devices", "level", "mono"]

log = logging.getLogger(__name__)

TAIL_S = 0.5
LOST_AFTER_S = 2.0
# A Bluetooth headset takes seconds to change to the profile with a microphone.
FIRST_BLOCK_WITHIN_S = 10.0
_POLL_S = 0.1
_STOP_GRACE_S = 0.3  # some sound servers deliver bursts that far apart
_SYNC_EVERY_S = 2.0  # of sound, lost at most in a power failure
_BYTES_PER_SAMPLE = 2
_HEADER_BYTES = 44


@dataclass(frozen=True)
class Recording:
    """A finished recording on disk."""

    path: Path
    duration_s: float


class WavWriter:
    """Mono 16-bit PCM.

    The header is updated after each block, so that a kill leaves a readable file. The file is synced to the disk
    every two seconds.
    """

    def __init__(self, file: BinaryIO, rate_hz: int):
        self._file = file
        self._rate_hz = rate_hz
        self._n_bytes = 0
        self._synced_s = 0.0
        self._write(self._header())

    @property
    def duration_s(self) -> float:
        """Seconds written so far."""
        return self._n_bytes / (_BYTES_PER_SAMPLE * self._rate_hz)

    def append(self, samples: bytes) -> None:
        """Raises OSError; samples that still fitted are kept and counted."""
        try:
            self._write(samples, counted=True)
        finally:
            self._n_bytes -= self._n_bytes % _BYTES_PER_SAMPLE
            self._file.seek(0)
            self._write(self._header())
            self._file.seek(_HEADER_BYTES + self._n_bytes)
        if self.duration_s - self._synced_s >= _SYNC_EVERY_S:
            self._sync()

    def close(self) -> None:
        """Syncs the file to the disk and closes it."""
        try:
            self._sync()
        finally:
            self._file.close()

    def _sync(self) -> None:
        os.fsync(self._file.fileno())
        self._synced_s = self.duration_s

    def _write(self, content: bytes, counted: bool = False) -> None:
        rest = memoryview(content)
        while rest:
            n_written = self._file.write(rest)
            self._n_bytes += n_written if counted else 0
            rest = rest[n_written:]

    def _header(self) -> bytes:
        n_bytes = min(self._n_bytes, 0xFFFF_FFFF - _HEADER_BYTES)
        byte_rate = self._rate_hz * _BYTES_PER_SAMPLE
        format_chunk = struct.pack("<4sIHHIIHH", b"fmt ", 16, 1, 1, self._rate_hz, byte_rate, _BYTES_PER_SAMPLE, 16)
        return (
            struct.pack("<4sI4s", b"RIFF", n_bytes + 36, b"WAVE") + format_chunk + struct.pack("<4sI", b"data", n_bytes)
        )


def mono(samples: "array[int]", channels: int) -> "array[int]":
    """Interleaved 16-bit samples -> the mean of their channels."""
    if channels == 1:
        return samples
    channel_samples = (samples[i::channels] for i in range(channels))
    return array("h", (sum(frame) // channels for frame in zip(*channel_samples, strict=True)))


def level(samples: "array[int]") -> tuple[float, float]:
    """(peak, root mean square) of 16-bit samples, both 0 to 1."""
    if not samples:
        return 0.0, 0.0
    peak = max(max(samples), -min(samples)) / 32768
    return peak, math.sqrt(sum(map(mul, samples, samples)) / len(samples)) / 32768


def _ignore(*_: object) -> None:
    pass


class Recorder:
    """One recording, on a thread of its own; after `start` exactly one `on_ended` follows.

    path: the WAV to write; may not exist yet. device: name of an InputDevice, None for the system's default.
    on_started(): the first samples are on disk. on_level(peak, rms, elapsed_s): of each block, from 0 to 1, and its
    end. on_ended(recording, error): recording is None if nothing was recorded; error is a DiktovkaError if the
    recording ended by itself (the microphone vanished, the disk is full, ...), else None. All are called on the
    recorder's thread. open_stream, open_file, clock: dependencies, for tests.
    """

    def __init__(
        self,
        path: Path,
        device: str | None = None,
        on_level: Callable[[float, float, float], None] = _ignore,
        on_started: Callable[[], None] = _ignore,
        on_ended: Callable[[Recording | None, DiktovkaError | None], None] = _ignore,
        *,
        open_stream: OpenStream = open_portaudio,
        open_file: Callable[[Path], BinaryIO] = create_private,
        clock: Callable[[], float] = time.monotonic,
        lost_after_s: float = LOST_AFTER_S,
        first_block_within_s: float = FIRST_BLOCK_WITHIN_S,
    ):
        self.path = path
        self.error: DiktovkaError | None = None
        self._device = device
        self._on_level, self._on_started, self._on_ended = on_level, on_started, on_ended
        self._open_stream, self._open_file, self._clock = open_stream, open_file, clock
        self._lost_after_s, self._first_block_within_s = lost_after_s, first_block_within_s
        self._blocks: queue.SimpleQueue[tuple[float, bytes]] = queue.SimpleQueue()
        self._stop_at_s: float | None = None
        self._writer: WavWriter | None = None
        self._recording: Recording | None = None
        self._thread = threading.Thread(target=self._run, name="recorder", daemon=True)

    @property
    def elapsed_s(self) -> float:
        """Seconds that are on disk."""
        return self._writer.duration_s if self._writer else 0.0

    @property
    def running(self) -> bool:
        """Whether the recorder's thread is alive; it ends a little after the recording."""
        return self._thread.is_alive()

    def start(self) -> None:
        """Returns at once; opening the device may take a while and its failure comes with on_ended."""
        self._thread.start()

    def request_stop(self, tail_s: float = TAIL_S) -> None:
        """Stops after tail_s, so that the last word is not clipped. Returns at once."""
        wanted_s = self._clock() + tail_s
        self._stop_at_s = wanted_s if self._stop_at_s is None else min(wanted_s, self._stop_at_s)

    def stop(self, tail_s: float = TAIL_S) -> Recording:
        """Stops, waits and returns the recording. Raises a DiktovkaError if nothing was recorded."""
        self.request_stop(tail_s)
        self._thread.join()
        if self._recording is None:
            raise self.error or CaptureError(reason="it was stopped before any sound came")
        return self._recording

    def _run(self) -> None:
        stream = None
        try:
            stream = self._open_stream(self._device, self._take_block)
            self._record(stream)
        except DiktovkaError as error:
            self.error = error
        except Exception as error:
            log.exception("Recording failed")
            self.error = CaptureError(reason=str(error) or type(error).__name__)
            self.error.__cause__ = error
        dead = isinstance(self.error, MicrophoneLost | MicrophoneBusy)
        if stream and not dead:
            stream.close()
        self._close_file()
        log.info("Recording ended: %s, %s", self._recording, self.error)
        self._on_ended(self._recording, self.error)
        if stream and dead:
            stream.close()  # last, because closing a device that does not answer can hang

    def _take_block(self, block: bytes) -> None:
        self._blocks.put((self._clock(), block))

    def _record(self, stream: Stream) -> None:
        waited_s = 0.0
        while True:
            try:
                arrived_s, block = self._blocks.get(timeout=min(_POLL_S, self._lost_after_s))
            except queue.Empty:
                waited_s += min(_POLL_S, self._lost_after_s)
                if self._given_up(stream, waited_s):
                    return
                continue
            waited_s = 0.0
            self._write(mono(array("h", block), stream.channels), stream.rate_hz)
            if self._stop_at_s is not None and arrived_s > self._stop_at_s:
                return

    def _given_up(self, stream: Stream, waited_s: float) -> bool:
        """Whether to end, after waited_s without a block: True if a stop was requested. Raises MicrophoneLost or
        MicrophoneBusy."""
        if self._stop_at_s is not None:
            over = self._clock() >= self._stop_at_s and waited_s >= _STOP_GRACE_S
            return self._writer is None or over or waited_s >= self._lost_after_s
        if self._writer is None:
            if waited_s >= self._first_block_within_s or not stream.active:
                raise MicrophoneBusy(device=stream.name, reason="it delivers no sound")
        elif waited_s >= self._lost_after_s or not stream.active:
            raise MicrophoneLost()
        return False

    def _write(self, samples: "array[int]", rate_hz: int) -> None:
        first = self._writer is None
        try:
            if self._writer is None:
                self._writer = self._new_file(rate_hz)
            self._writer.append(samples.tobytes())
        except OSError as error:
            raise self._storage_error(error) from error
        if first:
            sync(self.path.parent)  # so that the file's name survives a power failure too
            self._on_started()
        self._on_level(*level(samples), self._writer.duration_s)

    def _storage_error(self, error: OSError) -> StorageError:
        """Says what is kept only where something is."""
        told = storage_error(self.path, error)
        is_begun = self._writer is not None and self._writer.duration_s > 0
        return RecordingCut(path=self.path) if isinstance(told, DiskFull) and is_begun else told

    def _new_file(self, rate_hz: int) -> WavWriter:
        file = self._open_file(self.path)
        try:
            return WavWriter(file, rate_hz)
        except OSError:
            file.close()
            self.path.unlink(missing_ok=True)  # not even the header fitted
            raise

    def _close_file(self) -> None:
        if self._writer is None:
            return
        try:
            self._writer.close()
        except OSError as error:
            self.error = self.error or self._storage_error(error)
        if self._writer.duration_s > 0:
            self._recording = Recording(self.path, self._writer.duration_s)
