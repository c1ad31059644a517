"""What FFmpeg's libraries read: M4A and its kin, the sound of videos, whole and damaged."""

import errno
import io
import logging

import av
import numpy as np
import pytest

from engine.audio.file import open_audio
from engine.audio.formats import FORMATS, RAW, SUFFIXES
from engine.errors import AudioCutOff, AudioEmpty, AudioError, AudioUnreadable
from tests.helpers.sounds import tone

RATE_HZ, LENGTH_S = 16_000, 5.0
KINDS = {
    # container, codec, rate of the file in Hz, tolerance
    "M4A": ("ipod", "aac", 44_100, 0.05),
    "ALAC": ("ipod", "alac", 48_000, 1e-3),
    "AAC": ("adts", "aac", 44_100, 0.05),
    "WebM": ("webm", "libopus", 48_000, 0.01),
    "Matroska": ("matroska", "libopus", 48_000, 0.01),
    "WMA": ("asf", "mp3", 44_100, 0.05),
    "AVI": ("avi", "mp3", 44_100, 0.05),
    "AMR": ("amr", "libopencore_amrnb", 8_000, 0.2),
    "WavPack": ("wv", "wavpack", 44_100, 0.01),
}


def encoded(kind: str, samples: np.ndarray, rate_hz: int | None = None) -> bytes:
    """samples: float32 (n,) or (n, 2) at the kind's rate."""
    container, codec, usual_hz, _tolerance = KINDS[kind]
    rate_hz = rate_hz or usual_hz
    layout = "mono" if samples.ndim == 1 else "stereo"
    file = io.BytesIO()
    with av.open(file, "w", format=container) as output:
        stream = output.add_stream(codec, rate=rate_hz, layout=layout)
        frame = av.AudioFrame.from_ndarray(samples.reshape(1, -1), format="flt", layout=layout)
        frame.sample_rate, frame.pts = rate_hz, 0
        for packet in (*stream.encode(frame), *stream.encode(None)):
            output.mux(packet)
    return file.getvalue()


def silent_film() -> bytes:
    file = io.BytesIO()
    with av.open(file, "w", format="mp4") as output:
        stream = output.add_stream("mpeg4", rate=10)
        stream.width = stream.height = 32
        frame = av.VideoFrame.from_ndarray(np.zeros((32, 32, 3), np.uint8), format="rgb24").reformat(format="yuv420p")
        for packet in (*stream.encode(frame), *stream.encode(None)):
            output.mux(packet)
    return file.getvalue()


def read(path, **options) -> np.ndarray:
    with open_audio(path, **options) as audio:
        return np.concatenate(list(audio.blocks()))


def distance(samples: np.ndarray, wanted: np.ndarray) -> float:
    """The largest difference away from the edges, where a coder rings; the coder's delay does not count."""
    inside = slice(3_200, min(len(samples), len(wanted)) - 3_200)
    period = RATE_HZ // 400
    shifted = (np.roll(samples, shift) for shift in range(period))
    return min(np.abs(one[inside] - wanted[inside]).max() for one in shifted)


@pytest.mark.parametrize("kind", KINDS)
def test_every_kind_is_read_whatever_its_name(tmp_path, kind):
    *_how, rate_hz, tolerance = KINDS[kind]
    path = tmp_path / "Антон" / "мой файл.wav"
    path.parent.mkdir()
    path.write_bytes(encoded(kind, tone(LENGTH_S, 400, rate_hz)))

    with open_audio(path) as audio:
        assert audio.duration_s == pytest.approx(LENGTH_S, abs=0.1)
    samples = read(path)
    assert len(samples) == pytest.approx(LENGTH_S * RATE_HZ, abs=0.1 * RATE_HZ)
    assert distance(samples, tone(LENGTH_S, 400)) < tolerance


def test_two_channels_are_one(tmp_path):
    left, right = tone(LENGTH_S, 400, 48_000, level=0.4), tone(LENGTH_S, 400, 48_000, level=0.2)
    path = tmp_path / "a.m4a"
    path.write_bytes(encoded("ALAC", np.stack([left, right], axis=1)))
    assert distance(read(path), tone(LENGTH_S, 400, level=0.3)) < 1e-3


def test_blocks_are_as_long_as_asked_for(tmp_path):
    path = tmp_path / "a.m4a"
    path.write_bytes(encoded("M4A", tone(LENGTH_S, 400, 44_100)))
    with open_audio(path, 44_100) as audio:
        lengths = [len(block) for block in audio.blocks(0.5)]
    assert lengths[:9] == [22_050] * 9


def test_a_film_without_sound_is_empty(tmp_path):
    path = tmp_path / "a.mp4"
    path.write_bytes(silent_film())
    with pytest.raises(AudioEmpty):
        open_audio(path)


def test_a_file_that_was_cut_gives_what_is_there(tmp_path, caplog):
    content = encoded("Matroska", tone(LENGTH_S, 400, 48_000))
    path = tmp_path / "a.mkv"
    path.write_bytes(content[: len(content) // 2])
    caplog.set_level(logging.INFO)
    samples = read(path)
    assert 2 * RATE_HZ < len(samples) < 3 * RATE_HZ
    assert distance(samples, tone(LENGTH_S, 400)) < 0.01
    assert "is damaged or cut off" in caplog.text


def test_what_is_damaged_in_the_middle_is_left_out(tmp_path):
    content = bytearray(encoded("AAC", tone(LENGTH_S, 400, 44_100)))
    middle = len(content) // 2
    content[middle : middle + 200] = bytes(200)
    path = tmp_path / "a.aac"
    path.write_bytes(content)
    assert (LENGTH_S - 0.5) * RATE_HZ < len(read(path)) <= (LENGTH_S + 0.1) * RATE_HZ


def test_an_m4a_without_its_end_cannot_be_read(tmp_path):
    """Its table of contents stands there."""
    content = encoded("M4A", tone(LENGTH_S, 400, 44_100))
    path = tmp_path / "a.m4a"
    path.write_bytes(content[: len(content) // 2])
    with pytest.raises(AudioCutOff, match="cut off before its list of contents"):
        open_audio(path)


class FailingDisk(io.BytesIO):
    """Gives its first bytes alone."""

    n_good = 30_000

    def read(self, size=-1):
        if self.tell() >= self.n_good:
            raise OSError(errno.EIO, "Input/output error")
        return super().read(size)


def test_a_disk_that_fails_is_told(tmp_path):
    content = encoded("AAC", tone(60.0, 400, 44_100))
    path = tmp_path / "a.aac"
    path.touch()
    with (
        pytest.raises(AudioError, match="cannot be read: Input/output error"),
        open_audio(path, opener=lambda _path, _mode: FailingDisk(content)) as audio,
    ):
        list(audio.blocks())


def test_texts_that_name_other_files_are_not_followed(tmp_path):
    (tmp_path / "b.m4a").write_bytes(encoded("M4A", tone(1.0, 400, 44_100)))
    for text in ("#EXTM3U\n#EXTINF:1,\nb.m4a\n", "ffconcat version 1.0\nfile b.m4a\n"):
        path = tmp_path / "a.m4a"
        path.write_text(text)
        with pytest.raises(AudioUnreadable):
            open_audio(path)


def test_ffmpeg_knows_every_format_that_is_given_to_it():
    assert FORMATS.keys() | RAW.keys() <= set(av.formats_available)


def test_endings_are_those_of_ffmpeg_and_what_people_use():
    """Of the formats that are read, FFmpeg names no ending that is missing here, but for those of pictures."""
    named = {ending for name in (*FORMATS, *RAW) for ending in av.format.ContainerFormat(name, "r").extensions}
    not_sound = {"avif", "heic", "heif", "ism", "mks", "psp", "mac", "apl", "nist", "omg", "vqe", "vql", "mpo", "mjpeg"}
    assert {f".{ending}" for ending in named - not_sound - {"ty+", "vb"}} <= set(SUFFIXES)
