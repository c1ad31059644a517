"""The border to PortAudio: which microphones there are, and how one is opened."""

import sys

import pytest

from engine.audio.portaudio import InputDevice, input_devices, open_loudspeaker, open_portaudio
from engine.errors import CaptureError, LoudspeakerBusy, MicrophoneBusy, NoLoudspeaker, NoMicrophone, PortAudioMissing
from tests.helpers.fake_portaudio import CallbackStop, FakePortAudio

USB, WEBCAM, SPEAKERS = ("USB", 1, 48_000), ("Webcam", 2, 44_100), ("Speakers", 0, 48_000)


@pytest.fixture
def plug(monkeypatch):
    """Puts a fake sound system in place."""

    def with_cards(*cards) -> FakePortAudio:
        portaudio = FakePortAudio(*cards)
        monkeypatch.setitem(sys.modules, "sounddevice", portaudio)
        return portaudio

    return with_cards


def ignore(_block: bytes) -> None:
    pass


def test_only_what_hears_is_listed(plug):
    plug(USB, SPEAKERS, WEBCAM)
    assert input_devices() == [InputDevice("USB", 0, True, 48_000, 1), InputDevice("Webcam", 2, False, 44_100, 2)]


def test_no_sound_card(plug):
    plug()
    assert input_devices() == []
    with pytest.raises(NoMicrophone):
        open_portaudio(None, ignore)


def test_devices_of_other_sound_interfaces_are_not_listed_twice(plug):
    portaudio = plug(USB, USB)
    portaudio.query_devices()[1]["hostapi"] = 1
    assert [device.index for device in input_devices()] == [0]


def test_portaudio_is_missing(monkeypatch):
    monkeypatch.setitem(sys.modules, "sounddevice", None)
    with pytest.raises(PortAudioMissing):
        input_devices()
    with pytest.raises(PortAudioMissing):
        open_portaudio(None, ignore)


def test_a_new_microphone_is_seen_after_a_rescan(plug):
    portaudio = plug(USB)
    portaudio.connected.append(WEBCAM)
    assert [device.name for device in input_devices()] == ["USB"]
    assert [device.name for device in input_devices(rescan=True)] == ["USB", "Webcam"]


def test_no_rescan_while_a_stream_is_open(plug):
    portaudio = plug(USB)
    stream = open_portaudio(None, ignore)
    portaudio.connected.append(WEBCAM)
    assert [device.name for device in input_devices(rescan=True)] == ["USB"]
    stream.close()
    assert [device.name for device in input_devices(rescan=True)] == ["USB", "Webcam"]


def test_a_sound_system_that_fails_is_told(plug):
    portaudio = plug(USB)

    def fail() -> None:
        raise portaudio.PortAudioError("Host error", -9999)

    portaudio.query_devices = fail
    with pytest.raises(CaptureError, match="Host error"):
        input_devices()


def test_sixteen_kilohertz_mono_where_the_device_can(plug):
    portaudio = plug(USB)
    stream = open_portaudio("USB", ignore)
    assert (stream.name, stream.rate_hz, stream.channels, stream.active) == ("USB", 16_000, 1, True)
    (opened,) = portaudio.open_streams
    assert (opened.options["blocksize"], opened.options["dtype"]) == (800, "int16")
    stream.close()
    assert portaudio.open_streams == []


@pytest.mark.parametrize(
    ("formats", "expected"),
    [
        ({(1, 44_100), (2, 44_100)}, (44_100, 1)),
        ({(2, 16_000), (1, 44_100)}, (16_000, 2)),
        ({(2, 44_100)}, (44_100, 2)),
        (set(), (44_100, 2)),
    ],
)
def test_what_the_device_offers_else(plug, formats, expected):
    portaudio = plug(WEBCAM)
    portaudio.formats = formats
    stream = open_portaudio("Webcam", ignore)
    assert (stream.rate_hz, stream.channels) == expected
    stream.close()


def test_blocks_are_copies(plug):
    portaudio, heard = plug(USB), []
    stream = open_portaudio(None, heard.append)
    buffer = bytearray(b"\x01\x00")
    portaudio.open_streams[0].options["callback"](buffer, 1, None, None)
    buffer[0] = 9
    assert heard == [b"\x01\x00"]
    stream.close()


def test_a_microphone_that_came_later_is_found_without_being_looked_for(plug):
    portaudio = plug()
    portaudio.connected.append(USB)
    stream = open_portaudio("USB", ignore)
    assert stream.active
    stream.close()


def test_one_that_works_is_opened_without_looking_anew(plug):
    portaudio = plug(USB)
    open_portaudio(None, ignore).close()
    assert portaudio.initialised == 1


def test_a_microphone_that_is_not_connected(plug):
    plug(USB)
    with pytest.raises(MicrophoneBusy, match=r"Webcam .*not connected"):
        open_portaudio("Webcam", ignore)


def test_a_microphone_that_is_busy_is_tried_twice(plug):
    portaudio = plug(USB)
    portaudio.busy = 1
    open_portaudio(None, ignore).close()
    portaudio.busy = 2
    with pytest.raises(MicrophoneBusy, match=r"USB .*Device unavailable"):
        open_portaudio(None, ignore)


def test_a_stream_that_does_not_start_is_closed(plug):
    portaudio = plug(USB)
    portaudio.start_fails = True
    with pytest.raises(MicrophoneBusy):
        open_portaudio(None, ignore)
    assert portaudio.open_streams == []


@pytest.fixture
def speaking(plug):
    """A card that is the system's default output."""
    portaudio = plug(USB, SPEAKERS)
    portaudio.output_index = 1
    return portaudio


def three_samples(_n, _rate_hz):
    return bytes(range(6))


def test_a_loudspeaker_asks_for_samples_and_stops_at_the_end(speaking):
    asked = []

    def fill(n, rate_hz):
        asked.append((n, rate_hz))
        return three_samples(n, rate_hz)

    output = open_loudspeaker(16_000, fill, lambda: None)
    (stream,) = speaking.open_streams
    block = bytearray(b"\1" * 10)
    with pytest.raises(CallbackStop):
        stream.options["callback"](block, 5, None, None)

    assert asked == [(5, 16_000)]
    assert bytes(block) == bytes(range(6)) + bytes(4)
    assert stream.options["channels"] == 1
    output.close()
    assert speaking.open_streams == []


def test_a_loudspeaker_of_another_rate_plays_at_its_own(speaking):
    speaking.formats = {(1, 48_000)}

    open_loudspeaker(16_000, three_samples, lambda: None).close()
    stream = open_loudspeaker(16_000, lambda _n, rate_hz: bytes(2 * rate_hz), lambda: None)
    block = bytearray(2 * 48_000)
    speaking.open_streams[0].options["callback"](block, 48_000, None, None)

    assert speaking.open_streams[0].options["samplerate"] == 48_000
    stream.close()


def test_no_rescan_while_something_is_played(speaking):
    output = open_loudspeaker(16_000, three_samples, lambda: None)
    input_devices(rescan=True)
    assert speaking.initialised == 1
    output.close()
    input_devices(rescan=True)
    assert speaking.initialised == 2


def test_no_loudspeaker(plug, monkeypatch):
    plug(USB)
    with pytest.raises(NoLoudspeaker):
        open_loudspeaker(16_000, three_samples, lambda: None)
    monkeypatch.setitem(sys.modules, "sounddevice", None)
    with pytest.raises(PortAudioMissing):
        open_loudspeaker(16_000, three_samples, lambda: None)


def test_a_busy_loudspeaker(speaking):
    speaking.busy = 1
    open_loudspeaker(16_000, three_samples, lambda: None).close()  # after another look
    speaking.busy = 2
    with pytest.raises(LoudspeakerBusy, match=r"\(Device unavailable\)"):
        open_loudspeaker(16_000, three_samples, lambda: None)
    speaking.start_fails = True
    with pytest.raises(LoudspeakerBusy):
        open_loudspeaker(16_000, three_samples, lambda: None)
    assert speaking.open_streams == []
