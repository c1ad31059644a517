"""The wrapper of PortAudio: the list of microphones, and open streams."""

import ctypes
import logging
import sys
import threading
from collections.abc import Callable
from dataclasses import dataclass
from types import ModuleType
from typing import Any, Protocol

from engine.errors import (
    CaptureError,
    LoudspeakerBusy,
    MicrophoneBusy,
    NoLoudspeaker,
    NoMicrophone,
    PlaybackError,
    PortAudioMissing,
)

log = logging.getLogger(__name__)

WANTED_RATE_HZ = 16_000
BLOCKS_PER_SECOND = 20


@dataclass(frozen=True)
class InputDevice:
    """A microphone as PortAudio lists it; rate_hz is the device's own."""

    name: str
    index: int
    is_default: bool
    rate_hz: int
    channels: int


class Stream(Protocol):
    """An open input that calls back with blocks until it is closed."""

    name: str
    rate_hz: int
    channels: int

    @property
    def active(self) -> bool:
        """Whether the device still delivers sound."""

    def close(self) -> None:
        """Stops and closes the device."""


OnBlock = Callable[[bytes], None]
OpenStream = Callable[[str | None, OnBlock], Stream]


class _OpenStreams:
    """PortAudio sees new devices only after it was restarted, which would kill open streams."""

    def __init__(self) -> None:
        self.lock = threading.Lock()
        self.count = 0


_open_streams = _OpenStreams()


def _close(stream: Any) -> None:
    """Aborts a stream of PortAudio and counts it as closed, even if the device reports an error."""
    try:
        stream.abort(ignore_errors=True)
        stream.close(ignore_errors=True)
    finally:
        with _open_streams.lock:
            _open_streams.count -= 1


def input_devices(rescan: bool = False) -> list[InputDevice]:
    """Microphones of the system's main sound interface, the default one marked; empty if there is none.

    rescan: look for devices that were plugged in or removed; ignored while a stream is open.
    Raises PortAudioMissing or CaptureError.
    """
    portaudio = _load_portaudio()
    with _open_streams.lock:
        try:
            if rescan and _open_streams.count == 0:
                portaudio._terminate()
                portaudio._initialize()
            return _listed(portaudio)
        except portaudio.PortAudioError as error:
            raise CaptureError(reason=_reason(error)) from error


def _listed(portaudio: ModuleType) -> list[InputDevice]:
    default = portaudio.default.device[0]
    devices = portaudio.query_devices()
    host = devices[default]["hostapi"] if default >= 0 else None
    return [
        InputDevice(
            name=device["name"],
            index=index,
            is_default=index == default,
            rate_hz=round(device["default_samplerate"]),
            channels=device["max_input_channels"],
        )
        for index, device in enumerate(devices)
        if device["max_input_channels"] > 0 and host in (None, device["hostapi"])
    ]


def _load_portaudio() -> ModuleType:
    try:
        if sys.platform.startswith("linux"):
            _quieten_alsa()
        import sounddevice
    except (ImportError, OSError) as error:
        raise PortAudioMissing() from error
    except Exception as error:  # also PortAudioError, whose class does not exist before the import
        raise CaptureError(reason=_reason(error)) from error
    return sounddevice


_alsa_handlers: list[Any] = []  # ALSA keeps the address of its handler, so it must live as long as the process


def _quieten_alsa() -> None:
    """ALSA writes a page of harmless complaints to standard error whenever PortAudio looks for devices."""
    if _alsa_handlers:
        return
    kind = ctypes.CFUNCTYPE(None, ctypes.c_char_p, ctypes.c_int, ctypes.c_char_p, ctypes.c_int, ctypes.c_char_p)
    try:
        _alsa_handlers.append(kind(lambda *_: None))
        ctypes.CDLL("libasound.so.2").snd_lib_error_set_handler(_alsa_handlers[0])
    except (OSError, AttributeError) as error:
        log.debug("ALSA's messages stay on: %s", error)


def _reason(error: Exception) -> str:
    return str(error.args[0] if error.args else error).strip().rstrip(".")


class _PortAudioStream:
    """16-bit input at 16 kHz if the device can, else at its own rate; one channel if the device can."""

    def __init__(self, portaudio: ModuleType, device: InputDevice, on_block: OnBlock):
        self.name = device.name
        self.rate_hz, self.channels = _best_format(portaudio, device)
        self._stream = portaudio.RawInputStream(
            device=device.index,
            samplerate=self.rate_hz,
            channels=self.channels,
            dtype="int16",
            blocksize=self.rate_hz // BLOCKS_PER_SECOND,
            callback=lambda samples, _frames, _time, status: on_block(bytes(samples)),
        )
        try:
            self._stream.start()
        except portaudio.PortAudioError:
            self._stream.close(ignore_errors=True)
            raise

    @property
    def active(self) -> bool:
        return self._stream.active

    def close(self) -> None:
        _close(self._stream)


def _best_format(portaudio: ModuleType, device: InputDevice) -> tuple[int, int]:
    """(rate in Hz, channels); the device's own if it supports neither 16 kHz nor one or two channels."""
    for rate_hz in (WANTED_RATE_HZ, device.rate_hz):
        for channels in sorted({1, min(2, device.channels), device.channels}):
            try:
                portaudio.check_input_settings(device.index, channels, "int16", samplerate=rate_hz)
            except portaudio.PortAudioError:
                continue
            return rate_hz, channels
    return device.rate_hz, device.channels


def open_portaudio(name: str | None, on_block: OnBlock) -> Stream:
    """Opens the microphone of that name (None: the system's default) and starts it.

    on_block is called on PortAudio's thread with interleaved 16-bit samples.
    Raises PortAudioMissing, NoMicrophone or MicrophoneBusy.
    """
    try:
        return _open(name, on_block)
    except (NoMicrophone, MicrophoneBusy) as error:
        log.info("Looking for microphones anew, since one may have come or gone: %s", error)
        input_devices(rescan=True)
        return _open(name, on_block)


def _open(name: str | None, on_block: OnBlock) -> Stream:
    devices = input_devices()
    if not devices:
        raise NoMicrophone()
    matching = [device for device in devices if (device.is_default if name is None else device.name == name)]
    if not matching and name is not None:
        raise MicrophoneBusy(device=name, reason="it is not connected")
    device = matching[0] if matching else devices[0]
    portaudio = _load_portaudio()
    with _open_streams.lock:
        try:
            stream = _PortAudioStream(portaudio, device, on_block)
        except (portaudio.PortAudioError, ValueError) as error:
            raise MicrophoneBusy(device=device.name, reason=_reason(error)) from error
        _open_streams.count += 1
    return stream


class _Loudspeaker:
    """16-bit mono at the requested rate if the system's default output can, else at its own."""

    def __init__(
        self, portaudio: ModuleType, rate_hz: int, fill: Callable[[int, int], bytes], on_end: Callable[[], None]
    ):
        device = portaudio.query_devices(kind="output")
        self.name = device["name"]
        try:
            portaudio.check_output_settings(channels=1, dtype="int16", samplerate=rate_hz)
        except portaudio.PortAudioError:
            rate_hz = round(device["default_samplerate"])

        def play(block: Any, n: int, _time: object, _status: object) -> None:
            samples = fill(n, rate_hz)
            block[:] = samples.ljust(2 * n, b"\0")
            if len(samples) < 2 * n:
                raise portaudio.CallbackStop

        self._stream = portaudio.RawOutputStream(
            samplerate=rate_hz, channels=1, dtype="int16", latency="high", callback=play, finished_callback=on_end
        )
        self.latency_s = float(self._stream.latency)
        try:
            self._stream.start()
        except portaudio.PortAudioError:
            self._stream.close(ignore_errors=True)
            raise

    def close(self) -> None:
        _close(self._stream)


def open_loudspeaker(rate_hz: int, fill: Callable[[int, int], bytes], on_end: Callable[[], None]) -> _Loudspeaker:
    """Opens the system's default output and starts it.

    fill(n, rate_hz): n 16-bit samples at the actual rate, fewer at the end; on_end(): they were played, or the
    output stopped by itself. Both are called on PortAudio's threads. Raises PortAudioMissing or PlaybackError.
    """
    try:
        return _open_loudspeaker(rate_hz, fill, on_end)
    except (NoLoudspeaker, LoudspeakerBusy) as error:
        log.info("Looking for loudspeakers anew, since one may have come or gone: %s", error)
    try:
        input_devices(rescan=True)
    except CaptureError as error:
        raise PlaybackError(reason=_reason(error)) from error
    return _open_loudspeaker(rate_hz, fill, on_end)


def _open_loudspeaker(rate_hz: int, fill: Callable[[int, int], bytes], on_end: Callable[[], None]) -> _Loudspeaker:
    try:
        portaudio = _load_portaudio()
    except CaptureError as error:
        raise error if isinstance(error, PortAudioMissing) else PlaybackError(reason=_reason(error)) from error
    with _open_streams.lock:
        if portaudio.default.device[1] < 0:
            raise NoLoudspeaker()
        try:
            stream = _Loudspeaker(portaudio, rate_hz, fill, on_end)
        except (portaudio.PortAudioError, ValueError) as error:
            raise LoudspeakerBusy(reason=_reason(error)) from error
        _open_streams.count += 1
    return stream
