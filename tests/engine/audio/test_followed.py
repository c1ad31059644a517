"""A recording read while it is still being written."""

import struct

import numpy as np
import pytest
import soundfile

from engine.audio.file import FollowedRecording, open_audio
from engine.errors import AudioEmpty, AudioError, AudioNotFound, AudioUnreadable
from tests.helpers.sounds import int16_bytes, noise, tone, wav_header


class Writer:
    """Writes the next piece whenever the reader waits; has ended once the last piece is written."""

    def __init__(self, path, pieces):
        self.path = path
        self.pieces = list(pieces)
        self.write_on()

    def write_on(self):
        assert self.pieces, "the reader waits for a writer that has ended"
        piece = self.pieces.pop(0)
        if callable(piece):
            piece(self.path)
        else:
            with self.path.open("ab") as file:
                file.write(piece)

    def ended(self):
        return not self.pieces

    def follow(self, **options):
        return FollowedRecording(self.path, ended=self.ended, wait=self.write_on, **options)


def follow(writer, block_s=1.0, **options):
    with writer.follow(**options) as recording:
        assert recording.duration_s is None
        blocks = list(recording.blocks(block_s))
    assert all(block.dtype == np.float32 and block.ndim == 1 and len(block) for block in blocks)
    return np.concatenate(blocks)


def read_whole(path):
    with open_audio(path) as audio:
        return np.concatenate(list(audio.blocks()))


def finish_header(path):
    """What a writer does at the end: puts the right lengths into the header."""
    length = path.stat().st_size
    with path.open("r+b") as file:
        file.seek(4)
        file.write(struct.pack("<I", length - 8))
        file.seek(40)
        file.write(struct.pack("<I", length - 44))


def cut(content, sizes):
    """The content in pieces of the given sizes, over and over."""
    start, turn = 0, 0
    while start < len(content):
        size = sizes[turn % len(sizes)]
        yield content[start : start + size]
        start, turn = start + size, turn + 1


@pytest.mark.parametrize("rate_hz", [8_000, 16_000, 44_100, 48_000])
@pytest.mark.parametrize("n_channels", [1, 2])
@pytest.mark.parametrize("sizes", [[1_001], [3, 20_000, 1, 7], [31, 9, 4, 100_000]])
@pytest.mark.parametrize("told_bytes", [0, 500, 0xFFFFFFFF])
def test_gives_what_the_finished_file_gives(tmp_path, rate_hz, n_channels, sizes, told_bytes):
    path = tmp_path / "a.wav"
    samples = np.stack([noise(1.2, rate_hz, seed=seed) for seed in range(n_channels)], axis=1)
    content = wav_header(told_bytes, rate_hz, n_channels) + int16_bytes(samples)

    followed = follow(Writer(path, [*cut(content, sizes), finish_header]))

    np.testing.assert_array_equal(followed, read_whole(path))


def test_a_file_that_is_finished_already(tmp_path):
    path = tmp_path / "a.wav"
    soundfile.write(path, tone(3), 16_000, subtype="PCM_16")

    with FollowedRecording(path, ended=lambda: True) as recording:
        blocks = list(recording.blocks(block_s=0.5))

    assert [len(block) for block in blocks] == [8_000] * 6
    np.testing.assert_array_equal(np.concatenate(blocks), read_whole(path))


def test_samples_come_while_the_writer_still_writes(tmp_path):
    first, second = int16_bytes(tone(1)), int16_bytes(tone(1, hz=300))
    writer = Writer(tmp_path / "a.wav", [wav_header(0) + first, second, finish_header])

    with writer.follow() as recording:
        blocks = recording.blocks()
        assert len(next(blocks)) == 16_000
        assert len(writer.pieces) == 2
        assert len(next(blocks)) == 16_000
        assert len(writer.pieces) == 1
        assert list(blocks) == []


def test_what_is_written_before_the_end_is_told_is_read(tmp_path):
    """The last samples arrive, and the end is told, between two readings."""
    writer = Writer(tmp_path / "a.wav", [wav_header(0) + int16_bytes(tone(1)), int16_bytes(tone(2))])

    assert len(follow(writer)) == 3 * 16_000


def test_another_chunk_before_the_samples_and_another_rate(tmp_path):
    header = wav_header(0, before_samples=b"LIST\x05\0\0\0INFOx\0")

    samples = follow(Writer(tmp_path / "a.wav", [header[:50], header[50:] + int16_bytes(tone(1))]), rate_hz=8_000)

    np.testing.assert_allclose(samples[400:-400], tone(1, rate_hz=8_000)[400:-400], atol=0.01)


def test_an_extensible_header(tmp_path):
    path = tmp_path / "a.wav"
    soundfile.write(path, tone(1), 16_000, format="WAVEX", subtype="PCM_16")

    with FollowedRecording(path, ended=lambda: True) as recording:
        np.testing.assert_array_equal(np.concatenate(list(recording.blocks())), read_whole(path))


def test_half_a_sample_at_the_end_is_left(tmp_path):
    content = wav_header(0, n_channels=2) + int16_bytes(tone(1)) + b"\x01\x02\x03"

    assert len(follow(Writer(tmp_path / "a.wav", [content]))) == 8_000


@pytest.mark.parametrize("pieces", [[b""], [b"", b""], [wav_header(0)], [wav_header(0), b"\x01"]])
def test_a_recording_without_a_sample_is_empty(tmp_path, pieces):
    with pytest.raises(AudioEmpty):
        follow(Writer(tmp_path / "a.wav", pieces))


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (wav_header(0)[:30], "the format is not known or the beginning is damaged"),
        (b"no sound at all", "no WAV"),
        (b"RIFF\x00\x00\x00\x00AVI LIST", "no WAV"),
        (wav_header(0, bits=24), "a recording in progress must be 16 bit PCM"),
        (wav_header(0).replace(b"fmt ", b"fnt "), "a WAV whose format is not told"),
        (wav_header(0, rate_hz=0), "a sound without channels or sampling rate"),
        (
            b"RIFF\x00\x00\x00\x00WAVEfmt \x04\x00\x00\x00\x01\x00\x01\x00",
            "a WAV whose format cannot be told",
        ),
    ],
)
def test_what_is_no_16_bit_wav(tmp_path, content, reason):
    with pytest.raises(AudioUnreadable) as caught:
        follow(Writer(tmp_path / "a.wav", [content]))
    assert f"({reason})" in str(caught.value)


def test_floating_point_samples_are_refused(tmp_path):
    path = tmp_path / "a.wav"
    soundfile.write(path, tone(1), 16_000, subtype="FLOAT")

    with (
        FollowedRecording(path, ended=lambda: True) as recording,
        pytest.raises(AudioUnreadable, match="must be 16 bit PCM"),
    ):
        list(recording.blocks())


def test_a_file_that_is_not_there(tmp_path):
    with pytest.raises(AudioNotFound):
        FollowedRecording(tmp_path / "a.wav", ended=lambda: True)


@pytest.mark.parametrize("before", [b"", wav_header(0) + int16_bytes(tone(1))])
def test_a_file_that_vanishes(tmp_path, before):
    writer = Writer(tmp_path / "a.wav", [before, lambda path: path.unlink()])

    with pytest.raises(AudioError, match="it vanished while it was written"):
        follow(writer)


def test_a_file_that_shrinks(tmp_path):
    path = tmp_path / "a.wav"
    writer = Writer(path, [wav_header(0) + int16_bytes(tone(1)), lambda path: path.write_bytes(wav_header(0))])

    with pytest.raises(AudioError, match="it became shorter while it was written"):
        follow(writer)
