"""PortAudio with the sound cards of the test's choice; stands where the module sounddevice stands."""

from types import SimpleNamespace


class PortAudioError(Exception):
    pass


class CallbackStop(Exception):
    pass


class FakeStream:
    latency = 0.1

    def __init__(self, owner: "FakePortAudio", options: dict):
        self.options, self.active = options, False
        self._owner = owner

    def start(self) -> None:
        if self._owner.start_fails:
            raise PortAudioError("Device unavailable", -9985)
        self.active = True

    def abort(self, ignore_errors: bool) -> None:
        self.active = False

    def close(self, ignore_errors: bool) -> None:
        self._owner.open_streams.remove(self)


class FakePortAudio:
    """connected: (name, input channels, own rate in Hz) of each card; seen only after `_initialize`, as the real one.

    formats: (channels, rate) that every card takes. busy: opening fails so many times.
    """

    PortAudioError = PortAudioError
    CallbackStop = CallbackStop

    def __init__(self, *connected: tuple[str, int, int]):
        self.connected = list(connected)
        self.default_index = 0
        self.output_index = -1
        self.formats = {(1, 16_000), (1, 48_000)}
        self.busy = 0
        self.start_fails = False
        self.open_streams: list[FakeStream] = []
        self.initialised = 0
        self._initialize()

    @property
    def default(self) -> SimpleNamespace:
        return SimpleNamespace(device=(self.default_index if self._listed else -1, self.output_index))

    def _terminate(self) -> None:
        assert self.open_streams == [], "terminating would kill these"
        self._listed = []

    def _initialize(self) -> None:
        self.initialised += 1
        self._listed = [
            {"name": name, "hostapi": 0, "max_input_channels": channels, "default_samplerate": float(rate_hz)}
            for name, channels, rate_hz in self.connected
        ]

    def query_devices(self, kind: str | None = None) -> list[dict] | dict:
        return self._listed[self.output_index] if kind == "output" else self._listed

    def check_output_settings(self, channels: int, dtype: str, samplerate: int) -> None:
        self.check_input_settings(self.output_index, channels, dtype, samplerate)

    def check_input_settings(self, _device: int, channels: int, _dtype: str, samplerate: int) -> None:
        if (channels, samplerate) not in self.formats:
            raise PortAudioError("Invalid sample rate", -9997)

    def RawInputStream(self, **options) -> FakeStream:
        if self.busy:
            self.busy -= 1
            raise PortAudioError("Device unavailable", -9985)
        stream = FakeStream(self, options)
        self.open_streams.append(stream)
        return stream

    def RawOutputStream(self, **options) -> FakeStream:
        return self.RawInputStream(**options)
