"""Recording: what is said is on disk, whatever happens to the microphone, the disk or the process."""

import io
import signal
import struct
import subprocess
import sys
import threading
import wave
from array import array
from pathlib import Path

import pytest

from engine.audio.capture import Recorder, Recording, WavWriter, level, mono
from engine.errors import (
    CaptureError,
    DiskFull,
    MicrophoneBusy,
    MicrophoneLost,
    NoMicrophone,
    NotWritable,
    RecordingCut,
)
from tests.helpers.fake_microphone import FakeMicrophone
from tests.helpers.small_disk import SmallDisk

ROOT = Path(__file__).parents[3]


class Listener:
    """Keeps what a recorder tells."""

    def __init__(self):
        self.levels: list[tuple[float, float, float]] = []
        self.endings: list[tuple[Recording | None, Exception | None]] = []
        self.started = threading.Event()
        self.ended = threading.Event()

    def on_level(self, peak: float, rms: float, elapsed_s: float) -> None:
        self.levels.append((peak, rms, elapsed_s))

    def on_ended(self, recording: Recording | None, error: Exception | None) -> None:
        self.endings.append((recording, error))
        self.ended.set()

    def ending(self) -> tuple[Recording | None, Exception | None]:
        assert self.ended.wait(10), "the recorder did not end"
        assert len(self.endings) == 1
        return self.endings[0]


@pytest.fixture
def listener():
    return Listener()


@pytest.fixture
def record(tmp_path, listener):
    """Starts a recorder on a fake microphone; gives the recorder."""
    recorders = []

    def start(microphone: FakeMicrophone, **options) -> Recorder:
        recorder = Recorder(
            tmp_path / "recording.wav",
            on_level=listener.on_level,
            on_started=listener.started.set,
            on_ended=listener.on_ended,
            open_stream=microphone.open,
            clock=microphone.clock,
            **options,
        )
        recorders.append(recorder)
        recorder.start()
        return recorder

    yield start
    for recorder in recorders:
        recorder.request_stop(0)
    for thread in threading.enumerate():
        if thread.name == "recorder":
            thread.join(10)
    assert not any(recorder.running for recorder in recorders)


def samples_of(path: Path) -> list[int]:
    with wave.open(str(path)) as recording:
        assert (recording.getnchannels(), recording.getsampwidth()) == (1, 2)
        return array("h", recording.readframes(recording.getnframes())).tolist()


def test_what_was_said_is_in_the_file(record, tmp_path):
    microphone = FakeMicrophone()
    recorder = record(microphone)
    microphone.say(1, -2, 3)
    microphone.say(-32768, 32767)
    recorder.request_stop(0)
    microphone.say(7)
    recording = recorder.stop(0)
    assert samples_of(recording.path) == [1, -2, 3, -32768, 32767, 7]
    assert recording == Recording(tmp_path / "recording.wav", 6 / 16_000)
    assert microphone.closed.is_set()


def test_half_a_second_more_is_kept_after_stop(record):
    microphone = FakeMicrophone()
    recorder = record(microphone)
    microphone.say_for(1.0)
    recorder.request_stop()
    microphone.say_for(2.0)
    recording = recorder.stop(10)  # a later request must not lengthen what has ended already
    assert 1.5 <= recording.duration_s <= 1.55


def test_the_file_is_whole_while_it_is_being_written(record, listener, tmp_path):
    microphone = FakeMicrophone()
    record(microphone)
    microphone.say(5, 6, 7)
    assert listener.started.wait(10)
    assert samples_of(tmp_path / "recording.wav") == [5, 6, 7]


def test_started_is_told_only_once_samples_are_on_disk(record, listener, tmp_path):
    microphone = FakeMicrophone()
    record(microphone)
    assert microphone.opened.wait(10)
    assert not listener.started.is_set()
    assert not (tmp_path / "recording.wav").exists()
    microphone.say(1)
    assert listener.started.wait(10)


@pytest.mark.parametrize(("rate_hz", "channels"), [(44_100, 1), (48_000, 2)])
def test_the_devices_own_rate_and_the_mean_of_its_channels(record, rate_hz, channels):
    microphone = FakeMicrophone(rate_hz, channels)
    recorder = record(microphone)
    microphone.say(*[100, 300] * channels)
    recorder.request_stop(0)
    microphone.say(*[8] * channels)
    recording = recorder.stop(0)
    with wave.open(str(recording.path)) as file:
        assert file.getframerate() == rate_hz
    assert samples_of(recording.path) == ([100, 300, 8] if channels == 1 else [200, 200, 8])


def test_levels_are_told_for_each_block(record, listener):
    microphone = FakeMicrophone()
    recorder = record(microphone)
    microphone.say(0, 0)
    microphone.say(16384, -16384)
    recorder.request_stop(0)
    microphone.say(-32768, 0)
    recorder.stop(0)
    peaks, rms, ends_s = zip(*listener.levels, strict=True)
    assert peaks == (0, 0.5, 1.0)
    assert rms == pytest.approx((0, 0.5, 0.5**0.5))
    assert ends_s == pytest.approx((2 / 16_000, 4 / 16_000, 6 / 16_000))


@pytest.mark.parametrize("block", [[], [0], [1, 2, 3]])
def test_level_of_any_block(block):
    peak, rms = level(array("h", block))
    assert 0 <= rms <= peak <= 1


def test_mono_of_three_channels():
    assert mono(array("h", [3, 6, 9, -3, -3, -3]), 3).tolist() == [6, -3]


def test_a_microphone_that_vanishes_leaves_what_was_said(record, listener):
    microphone = FakeMicrophone()
    record(microphone)
    microphone.say_for(1.0)
    microphone.vanish()
    recording, error = listener.ending()
    assert isinstance(error, MicrophoneLost)
    assert recording.duration_s == pytest.approx(1.0)
    assert len(samples_of(recording.path)) == 16_000


def test_a_microphone_that_falls_silent_is_lost_too(record, listener):
    microphone = FakeMicrophone()
    record(microphone, lost_after_s=0.05)
    microphone.say(1, 2)
    recording, error = listener.ending()
    assert isinstance(error, MicrophoneLost)
    assert samples_of(recording.path) == [1, 2]


def test_a_microphone_that_never_delivers(record, listener, tmp_path):
    record(FakeMicrophone(), first_block_within_s=0.2)
    recording, error = listener.ending()
    assert isinstance(error, MicrophoneBusy)
    assert "Fake" in str(error)
    assert recording is None
    assert not (tmp_path / "recording.wav").exists()


def test_stop_while_nothing_has_come_yet(record, listener):
    recorder = record(FakeMicrophone())
    with pytest.raises(CaptureError):
        recorder.stop()
    assert listener.ending() == (None, None)


@pytest.mark.parametrize("failure", [NoMicrophone(), MicrophoneBusy(device="USB", reason="in use")])
def test_a_microphone_that_cannot_be_opened(record, listener, failure):
    recorder = record(FakeMicrophone(failure=failure))
    assert listener.ending() == (None, failure)
    with pytest.raises(type(failure)):
        recorder.stop()


def test_an_unexpected_failure_becomes_one_of_ours(record, listener, caplog):
    microphone = FakeMicrophone()

    def fail(_name, _on_block):
        raise ZeroDivisionError("driver")

    microphone.open = fail
    record(microphone)
    _, error = listener.ending()
    assert isinstance(error, CaptureError)
    assert isinstance(error.__cause__, ZeroDivisionError)
    assert "driver" in str(error)
    assert "Recording failed" in caplog.text


def test_a_full_disk_keeps_what_fitted(record, listener):
    microphone = FakeMicrophone()
    record(microphone, open_file=SmallDisk(44 + 7).open)
    microphone.say(1, 2)
    microphone.say(3, 4)
    recording, error = listener.ending()
    assert isinstance(error, RecordingCut)
    assert samples_of(recording.path) == [1, 2, 3]
    assert microphone.closed.is_set()


def test_a_disk_with_no_room_for_the_header_leaves_no_file(record, listener, tmp_path):
    microphone = FakeMicrophone()
    record(microphone, open_file=SmallDisk(20).open)
    microphone.say(1)
    recording, error = listener.ending()
    assert isinstance(error, DiskFull)
    assert "kept" not in str(error), "nothing is"
    assert recording is None
    assert list(tmp_path.iterdir()) == []


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="needs a system with /dev/full")
def test_the_systems_own_full_disk(record, listener):
    microphone = FakeMicrophone()
    with Path("/dev/full").open("wb", buffering=0) as full:
        record(microphone, open_file=lambda _path: full)
        microphone.say(1)
        assert isinstance(listener.ending()[1], DiskFull)


def test_a_folder_that_cannot_be_made(listener, tmp_path):
    (tmp_path / "file").write_text("")
    microphone = FakeMicrophone()
    recorder = Recorder(
        tmp_path / "file" / "recording.wav",
        on_ended=listener.on_ended,
        open_stream=microphone.open,
        clock=microphone.clock,
    )
    recorder.start()
    microphone.say(1)
    assert isinstance(listener.ending()[1], NotWritable)


def test_an_older_recording_is_never_overwritten(record, listener, tmp_path):
    (tmp_path / "recording.wav").write_bytes(b"precious")
    microphone = FakeMicrophone()
    record(microphone)
    microphone.say(1)
    assert isinstance(listener.ending()[1], NotWritable)
    assert (tmp_path / "recording.wav").read_bytes() == b"precious"


class Synced(io.FileIO):
    """Remembers how long it was each time it was to go to the disk itself."""

    def __init__(self, path: Path):
        super().__init__(path, "x")
        self.lengths: list[int] = []

    def fileno(self) -> int:
        self.lengths.append(self.tell())
        return super().fileno()


def test_a_power_failure_costs_two_seconds_at_most(tmp_path):
    with Synced(tmp_path / "long.wav") as file:
        writer = WavWriter(file, 1_000)
        for _block in range(73):
            writer.append(bytes(2 * 70))  # 70 ms
        at_once = list(file.lengths)
        writer.close()
        assert at_once == [44 + 2 * 2_030, 44 + 4 * 2_030]
        assert file.lengths == [*at_once, 44 + 2 * 5_110]


def test_header_of_an_empty_recording(tmp_path):
    with (tmp_path / "empty.wav").open("wb", buffering=0) as file:
        WavWriter(file, 8000)
    assert samples_of(tmp_path / "empty.wav") == []


def test_header_is_the_one_of_the_standard(tmp_path):
    with (tmp_path / "two.wav").open("wb", buffering=0) as file:
        WavWriter(file, 16_000).append(b"\x01\x00\x02\x00")
    header = (tmp_path / "two.wav").read_bytes()[:44]
    assert struct.unpack("<4sI4s4sIHHIIHH4sI", header) == (
        (b"RIFF", 40, b"WAVE", b"fmt ", 16, 1, 1, 16_000, 32_000, 2, 16, b"data", 4)
    )


KILLED = """
import sys, pathlib
from engine.audio.capture import Recorder
from tests.helpers.fake_microphone import FakeMicrophone
from tests.helpers.small_disk import SmallDisk
microphone = FakeMicrophone()
recorder = Recorder(pathlib.Path(sys.argv[1]), on_level=lambda *_: print("block", flush=True),
                    open_stream=microphone.open, clock=microphone.clock)
recorder.start()
microphone.say_for(2.0)
sys.stdin.read()
"""


@pytest.mark.skipif(sys.platform == "win32", reason="has no SIGKILL")
def test_a_kill_leaves_a_whole_file(tmp_path):
    path = tmp_path / "killed.wav"
    with subprocess.Popen(
        [sys.executable, "-c", KILLED, path],
        cwd=ROOT,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    ) as child:
        for _ in range(40):
            assert child.stdout.readline() == "block\n"
        child.send_signal(signal.SIGKILL)
    assert len(samples_of(path)) == 32_000


def test_the_window_process_needs_no_numpy_to_record():
    code = "import sys, engine.audio.capture; sys.exit('numpy' in sys.modules or 'sounddevice' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], cwd=ROOT, check=False).returncode == 0
