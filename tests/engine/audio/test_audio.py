"""Files of every common kind, whole and damaged, as mono at the model's rate."""

import contextlib
import errno
import io
import logging
import os
import struct
import tracemalloc

import numpy as np
import pytest
import soundfile

from engine.audio.file import open_audio
from engine.errors import AudioEmpty, AudioError, AudioNotAllowed, AudioNotFound, AudioUnreadable
from engine.paths import resource
from tests.helpers.sounds import int16_bytes, noise, tone, wav_header

RATE_HZ = 16_000
FOREIGN_STARTS = (
    b"\x00\x00\x00\x20ftypM4A \x00\x00\x00\x00",
    b"\x1a\x45\xdf\xa3",
    b"\xff\xf1\x50\x80",
    b"RIFF\xff\xff\x00\x00AVI LIST",
    b"\x30\x26\xb2\x75\x8e\x66\xcf\x11",
)


def read(path, block_s=1.0, **options):
    with open_audio(path, **options) as audio:
        blocks = list(audio.blocks(block_s))
    assert all(block.dtype == np.float32 and block.ndim == 1 and len(block) for block in blocks)
    return np.concatenate(blocks)


def encoded(samples, rate_hz=RATE_HZ, kind="WAV", subtype=None):
    file = io.BytesIO()
    soundfile.write(file, samples, rate_hz, format=kind, subtype=subtype)
    return file.getvalue()


def assert_is_tone(samples, duration_s, level=0.3, tolerance=0.01):
    """440 Hz at 16 kHz, away from the edges, where a resampler or coder rings."""
    wanted = tone(duration_s, level=level)
    assert abs(len(samples) - len(wanted)) <= 0.1 * RATE_HZ
    inside = slice(1_600, min(len(samples), len(wanted)) - 1_600)
    np.testing.assert_allclose(samples[inside], wanted[inside], atol=tolerance)


@pytest.mark.parametrize("rate_hz", [8_000, 11_025, 16_000, 22_050, 44_100, 48_000, 96_000])
@pytest.mark.parametrize("subtype", ["PCM_U8", "PCM_16", "PCM_24", "PCM_32", "FLOAT", "DOUBLE"])
def test_wav_of_every_width_and_rate(tmp_path, rate_hz, subtype):
    path = tmp_path / "a.wav"
    soundfile.write(path, tone(2, rate_hz=rate_hz), rate_hz, subtype=subtype)

    with open_audio(path) as audio:
        assert audio.duration_s == pytest.approx(2)
    samples = read(path)
    assert len(samples) == 2 * RATE_HZ
    assert_is_tone(samples, 2)


@pytest.mark.parametrize(
    ("kind", "subtype", "tolerance"),
    [
        ("WAVEX", "PCM_24", 1e-3),
        ("WAV", "ULAW", 0.02),
        ("RF64", "PCM_16", 1e-3),
        ("FLAC", "PCM_16", 1e-3),
        ("FLAC", "PCM_24", 1e-3),
        ("OGG", "VORBIS", 0.05),
        ("MP3", "MPEG_LAYER_III", 0.05),
        ("AIFF", "PCM_16", 1e-3),
    ],
)
@pytest.mark.parametrize("rate_hz", [16_000, 44_100])
def test_other_formats(tmp_path, kind, subtype, tolerance, rate_hz):
    path = tmp_path / "a"
    path.write_bytes(encoded(tone(2, rate_hz=rate_hz), rate_hz, kind, subtype))

    assert_is_tone(read(path), 2, tolerance=tolerance)


@pytest.mark.parametrize(("kind", "rate_hz"), [("WAV", 16_000), ("WAVEX", 48_000), ("FLAC", 44_100)])
def test_channels_are_mixed_down_by_their_mean(tmp_path, kind, rate_hz):
    path = tmp_path / "a"
    one = tone(1, rate_hz=rate_hz)
    path.write_bytes(encoded(np.stack([one, 0 * one, one, -one / 2], axis=1), rate_hz, kind, "PCM_16"))

    assert_is_tone(read(path), 1, level=0.3 * 1.5 / 4)


def test_samples_at_the_models_rate_are_left_alone(tmp_path):
    path, samples = tmp_path / "a.wav", noise(1.5)
    soundfile.write(path, samples, RATE_HZ, subtype="FLOAT")

    np.testing.assert_array_equal(read(path), samples)


@pytest.mark.parametrize("rate_hz", [16_000, 44_100])
@pytest.mark.parametrize("block_s", [0.01, 0.3, 7])
def test_block_sizes_change_no_bit(tmp_path, rate_hz, block_s):
    path = tmp_path / "a.wav"
    soundfile.write(path, noise(3, rate_hz), rate_hz)

    np.testing.assert_array_equal(read(path, block_s), read(path))


def test_another_rate_can_be_asked_for(tmp_path):
    path = tmp_path / "a.wav"
    soundfile.write(path, tone(1, rate_hz=48_000), 48_000)

    np.testing.assert_allclose(read(path, rate_hz=8_000)[800:-800], tone(1, rate_hz=8_000)[800:-800], atol=0.01)


def test_blocks_are_as_long_as_asked(tmp_path):
    path = tmp_path / "a.wav"
    soundfile.write(path, tone(10), RATE_HZ)

    with open_audio(path) as audio:
        lengths = [len(block) for block in audio.blocks(block_s=2)]
    assert sum(lengths) == 160_000
    assert max(lengths) == 32_000


def test_content_counts_and_not_the_name(tmp_path):
    mp3_named_wav, wav_named_txt, flac_named_raw = (tmp_path / name for name in ("a.wav", "a.txt", "a.raw"))
    mp3_named_wav.write_bytes(encoded(tone(1), kind="MP3"))
    wav_named_txt.write_bytes(encoded(tone(1)))
    flac_named_raw.write_bytes(encoded(tone(1), kind="FLAC"))

    for path in (mp3_named_wav, wav_named_txt, flac_named_raw):
        assert_is_tone(read(path), 1, tolerance=0.05)


def test_mp3_behind_a_tag_with_a_picture(tmp_path):
    picture = noise(2, seed=3).tobytes()
    size = bytes((len(picture) >> shift) & 0x7F for shift in (21, 14, 7, 0))
    path = tmp_path / "a.mp3"
    path.write_bytes(b"ID3\x03\x00\x00" + size + picture + encoded(tone(1), kind="MP3"))

    assert_is_tone(read(path), 1, tolerance=0.05)


@pytest.mark.parametrize("name", ["запись голоса.wav", "a b%20'\"&.wav", "ы" * 125 + ".wav"])
def test_names_in_any_script(tmp_path, name):
    path = tmp_path / "Антон" / name
    path.parent.mkdir()
    soundfile.write(path, tone(1), RATE_HZ)

    assert_is_tone(read(path), 1)


def test_a_path_may_be_a_string(tmp_path):
    path = tmp_path / "a.wav"
    soundfile.write(path, tone(1), RATE_HZ)

    assert_is_tone(read(str(path)), 1)


@pytest.mark.parametrize("name", ["ы" * 200 + ".wav", "/".join(["folder"] * 700) + "/a.wav"])
def test_a_name_that_cannot_exist(tmp_path, name):
    with pytest.raises(AudioError, match=r"cannot be read: its name is too long\.$") as caught:
        open_audio(tmp_path / name)
    assert len(str(caught.value)) < 200


@pytest.mark.parametrize("name", ["gone.wav", "no/folder.wav", "file/a.wav", "nu\0ll.wav"])
def test_a_file_that_is_not_there(tmp_path, name):
    (tmp_path / "file").touch()

    with pytest.raises(AudioNotFound, match="There is no file"):
        open_audio(tmp_path / name)


def test_a_folder(tmp_path):
    with pytest.raises(AudioError, match="it is a folder"):
        open_audio(tmp_path)


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="this system has no named pipes")
def test_a_pipe_does_not_make_it_wait(tmp_path):
    os.mkfifo(tmp_path / "pipe")

    with pytest.raises(AudioError, match="it is no ordinary file"):
        open_audio(tmp_path / "pipe")


@pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() == 0, reason="root may read every file")
def test_a_file_that_may_not_be_read(tmp_path):
    path = tmp_path / "a.wav"
    soundfile.write(path, tone(1), RATE_HZ)
    path.chmod(0)

    with pytest.raises(AudioNotAllowed):
        open_audio(path)


@pytest.mark.parametrize(
    ("error", "kind", "sentence"),
    [
        (PermissionError(errno.EACCES, "Permission denied"), AudioNotAllowed, "may not be read by you"),
        (FileNotFoundError(errno.ENOENT, "gone since"), AudioNotFound, "There is no file"),
        (OSError(errno.EMFILE, "Too many open files"), AudioError, "cannot be read: Too many open files"),
    ],
)
def test_what_the_system_refuses(tmp_path, error, kind, sentence):
    path = tmp_path / "a.wav"
    path.write_bytes(encoded(tone(1)))

    def refusing(path, mode):
        raise error

    with pytest.raises(kind, match=sentence) as caught:
        open_audio(path, opener=refusing)
    assert caught.value.__cause__ is error


class FailingDisk(io.BytesIO):
    """Fails where it is read from one of the `bad` places on."""

    def __init__(self, content, bad):
        super().__init__(content)
        self.bad = bad

    def readinto(self, buffer):
        self.fail_if_bad()
        return super().readinto(buffer)

    def read(self, size=-1):
        self.fail_if_bad()
        return super().read(size)

    def fail_if_bad(self):
        if self.tell() in self.bad:
            raise OSError(errno.EIO, "Input/output error")


@pytest.mark.parametrize("bad", [range(1), range(12, 13), range(0, 90_000)])
def test_a_disk_that_fails_at_the_beginning(tmp_path, bad):
    path = tmp_path / "a.wav"
    path.touch()

    with pytest.raises(AudioError, match="cannot be read: Input/output error"):
        open_audio(path, opener=lambda path, mode: FailingDisk(encoded(tone(5)), bad))


def test_a_disk_that_fails_later(tmp_path):
    path = tmp_path / "a.wav"
    path.touch()

    with open_audio(path, opener=lambda path, mode: FailingDisk(encoded(tone(5)), range(60_000, 150_000))) as audio:
        blocks = audio.blocks()
        assert len(next(blocks)) == RATE_HZ
        with pytest.raises(AudioError, match="Input/output error"):
            list(blocks)


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        ("привет, это не звук\n".encode() * 999, "the format is not known or the beginning is damaged"),
        (noise(1).tobytes(), "the format is not known or the beginning is damaged"),
        (b"\x00" * 5_000, "the format is not known or the beginning is damaged"),
        *((start + b"\x00" * 999, "the format is not known or the beginning is damaged") for start in FOREIGN_STARTS),
        (b"RIFF", "the format is not known or the beginning is damaged"),
    ],
)
def test_what_is_no_sound_that_can_be_read(tmp_path, content, reason):
    path = tmp_path / "a.wav"
    path.write_bytes(content)

    with pytest.raises(AudioUnreadable) as caught:
        open_audio(path)
    assert f"({reason}). Convert it to WAV or FLAC first." in str(caught.value)


@pytest.mark.parametrize("n_bytes", [30, 300])
@pytest.mark.parametrize("kind", ["WAVEX", "FLAC", "OGG", "MP3", "AIFF"])
def test_nothing_but_a_beginning_is_one_clear_error(tmp_path, capfd, kind, n_bytes):
    path = tmp_path / "a"
    path.write_bytes(encoded(noise(0.5), kind=kind)[:n_bytes])

    with contextlib.suppress(AudioUnreadable, AudioEmpty):
        assert len(read(path)) <= 300
    assert "Traceback" not in capfd.readouterr().err


@pytest.mark.parametrize("content", [b"", wav_header(0), wav_header(0, before_samples=b"LIST\x04\0\0\0INFO")])
def test_a_recording_without_samples_is_empty(tmp_path, content):
    path = tmp_path / "a.wav"
    path.write_bytes(content)

    with pytest.raises(AudioEmpty, match="is empty: it holds no sound"):
        open_audio(path)


@pytest.mark.parametrize(
    ("kind", "tolerance", "at_least_s"),
    [("WAV", 1e-3, 2.99), ("WAVEX", 1e-3, 2.98), ("FLAC", 1e-3, 2.5), ("MP3", 0.1, 2.5)],
)
def test_a_cut_file_gives_what_is_there(tmp_path, caplog, kind, tolerance, at_least_s):
    whole, path = 0.3 * noise(5), tmp_path / "a"
    content = encoded(whole, kind=kind, subtype="MPEG_LAYER_III" if kind == "MP3" else "PCM_16")
    path.write_bytes(encoded(whole, kind=kind))
    caplog.set_level(logging.INFO)
    intact = read(path)
    assert not caplog.records
    path.write_bytes(content[: len(content) * 3 // 5 + 1])

    samples = read(path)

    assert at_least_s * RATE_HZ <= len(samples) < 3.2 * RATE_HZ
    inside = len(samples) - 2_000
    np.testing.assert_allclose(samples[:inside], intact[:inside], atol=tolerance)
    (record,) = caplog.records
    assert "damaged or cut off: only its first" in record.getMessage()


def test_a_cut_ogg_gives_its_whole_pages(tmp_path):
    path = tmp_path / "a.ogg"
    content = encoded(noise(5), kind="OGG", subtype="VORBIS")
    path.write_bytes(content)
    intact = read(path)
    path.write_bytes(content[: len(content) * 3 // 5])

    samples = read(path)

    assert 1.5 * RATE_HZ < len(samples) < 3.2 * RATE_HZ
    np.testing.assert_allclose(samples[:-2_000], intact[: len(samples) - 2_000], atol=1e-3)


@pytest.mark.parametrize("rate_hz", [16_000, 48_000])
@pytest.mark.parametrize("told_bytes", [0, 32_000, 0xFFFFFFFF])
@pytest.mark.parametrize("riff_bytes", [0, 36 + 32_000, 0xFFFFFFFF])
def test_a_header_that_was_never_finished_loses_nothing(tmp_path, told_bytes, riff_bytes, rate_hz):
    samples, path = tone(3, rate_hz=rate_hz), tmp_path / "a.wav"
    header = bytearray(wav_header(told_bytes, rate_hz))
    header[4:8] = struct.pack("<I", riff_bytes)
    path.write_bytes(bytes(header) + int16_bytes(samples))

    with open_audio(path) as audio:
        assert audio.duration_s == pytest.approx(3, abs=0.01)
    assert_is_tone(read(path), 3)


def test_a_chunk_behind_the_samples_is_no_sound(tmp_path):
    samples, path = tone(1), tmp_path / "a.wav"
    behind = b"id3 " + struct.pack("<I", 4_000) + noise(1).tobytes()[:4_000]
    path.write_bytes(wav_header(32_000) + int16_bytes(samples) + behind)

    assert len(read(path)) == RATE_HZ


def test_half_a_sample_at_the_end_is_dropped(tmp_path):
    path = tmp_path / "a.wav"
    path.write_bytes(wav_header(32_001, n_channels=2) + int16_bytes(tone(1)) + b"\x01")

    assert len(read(path)) == RATE_HZ // 2


@pytest.mark.parametrize("rate_hz", [16_000, 44_100])
def test_broken_samples_are_silence(tmp_path, caplog, rate_hz):
    path, samples = tmp_path / "a.wav", tone(2, rate_hz=rate_hz)
    broken = [np.nan, np.inf, -np.inf, 1e30, -1e7]
    samples[1_000:26_000:5_000] = broken
    soundfile.write(path, samples, rate_hz, subtype="FLOAT")

    caplog.set_level(logging.INFO)
    heard = read(path)

    assert np.isfinite(heard).all()
    assert np.abs(heard).max() < 0.4
    assert [record.getMessage() for record in caplog.records] == [
        f"{path}: The recording is damaged: 5 samples are no numbers and count as silence."
    ]


def test_a_file_of_broken_samples_is_no_sound(tmp_path):
    path, samples = tmp_path / "a.wav", np.full(3 * RATE_HZ, np.nan, np.float32)
    samples[::20] = 0.1
    soundfile.write(path, samples, RATE_HZ, subtype="DOUBLE")

    with pytest.raises(AudioUnreadable, match="nearly all of its samples are no numbers"):
        read(path)


def test_loud_floating_point_samples_are_not_clipped(tmp_path):
    path = tmp_path / "a.wav"
    soundfile.write(path, tone(1, level=3.0), RATE_HZ, subtype="FLOAT")

    assert np.abs(read(path)).max() == pytest.approx(3, abs=0.01)


@pytest.mark.parametrize("rate_hz", [1, 4_000_000])
def test_a_sampling_rate_that_cannot_be_meant(tmp_path, rate_hz):
    path = tmp_path / "a.wav"
    path.write_bytes(wav_header(2_000, rate_hz) + bytes(2_000))

    with pytest.raises(AudioUnreadable, match=f"{rate_hz} Hz"):
        open_audio(path)


def test_many_channels_need_little_memory(tmp_path):
    path, n_channels = tmp_path / "a.wav", 500
    n_frames = 40_000
    path.write_bytes(wav_header(2 * n_frames * n_channels, 768_000, n_channels))
    with path.open("r+b") as file:
        file.truncate(path.stat().st_size + 2 * n_frames * n_channels)

    tracemalloc.start()
    assert len(read(path, block_s=10)) == round(n_frames / 48)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert peak < 120e6


def test_memory_does_not_grow_with_the_duration(tmp_path):
    path, n_bytes = tmp_path / "long.wav", 600 * 44_100 * 4
    path.write_bytes(wav_header(n_bytes, 44_100, 2))
    with path.open("r+b") as file:  # a sparse file: ten minutes of zeros
        file.truncate(44 + n_bytes)

    tracemalloc.start()
    with open_audio(path) as audio:
        assert audio.duration_s == 600
        n_samples = sum(map(len, audio.blocks()))
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert n_samples == 600 * RATE_HZ
    assert peak < 5e6


def test_the_file_is_closed(tmp_path):
    path = tmp_path / "a.wav"
    path.write_bytes(encoded(tone(1)))
    opened = []

    def remembering(path, mode):
        file = path.open(mode)
        opened.append(file)
        return file

    with open_audio(path, opener=remembering) as audio:
        next(audio.blocks())
    path.write_bytes(b"no sound")
    with pytest.raises(AudioUnreadable):
        open_audio(path, opener=remembering)
    assert [file.closed for file in opened] == [True, True]


@pytest.mark.parametrize("kind", ["wav", "flac", "mp3", "ogg"])
def test_speech_comes_out_of_each_kind_of_file_as_it_went_in(tmp_path, kind):
    spoken, rate_hz = soundfile.read(resource("samples") / "man.wav", dtype="float32")
    soundfile.write(tmp_path / f"speech.{kind}", spoken, rate_hz)
    with open_audio(tmp_path / f"speech.{kind}") as audio:
        samples = np.concatenate(list(audio.blocks()))
        assert audio.duration_s == pytest.approx(len(spoken) / rate_hz, abs=0.1)
    n = min(len(spoken), len(samples))
    assert n == pytest.approx(len(spoken), abs=0.1 * RATE_HZ)
    assert np.corrcoef(samples[:n], spoken[:n])[0, 1] > 0.95
