"""Times are those of the player; a recording is read to its end, or it is noted that it was not."""

import io
import struct

import av
import numpy as np
import pytest

from engine.audio.file import open_audio, tracks_of
from engine.audio.formats import SUFFIXES
from engine.errors import AudioUnreadable, TrackMissing
from tests.helpers.containers import TrackToWrite, film, sound
from tests.helpers.sounds import int16_bytes, noise, tone, wav_header

RATE_HZ = 16_000
# container, codec, rate in Hz; what one file of each kind holds, and whether a header of it tells the length
KINDS = {
    "wav": ("wav", "pcm_s16le", 16_000),
    "wav with ADPCM": ("wav", "adpcm_ms", 16_000),
    "wav with G.722": ("wav", "g722", 16_000),
    "rf64": ("wav", "pcm_s16le", 16_000),
    "w64": ("w64", "pcm_s16le", 16_000),
    "caf": ("caf", "pcm_s16le", 16_000),
    "aiff": ("aiff", "pcm_s16be", 16_000),
    "flac": ("flac", "flac", 16_000),
    "mp3": ("mp3", "libmp3lame", 16_000),
    "opus": ("ogg", "libopus", 48_000),
    "ogg flac": ("ogg", "flac", 16_000),
    "webm": ("webm", "libopus", 48_000),
    "flv": ("flv", "libmp3lame", 44_100),
    "avi": ("avi", "libmp3lame", 16_000),
    "tta": ("tta", "tta", 16_000),
    "rm": ("rm", "ac3", 44_100),
}
WITHOUT_LENGTH = {
    "aac": ("adts", "aac", 16_000),
    "ac3": ("ac3", "ac3", 48_000),
    "mp2": ("mp2", "mp2", 16_000),
    "latm": ("latm", "aac", 16_000),
    "voc": ("voc", "pcm_u8", 16_000),
    "au": ("au", "pcm_s16be", 16_000),
    "mpeg": ("mpeg", "mp2", 16_000),
    "mpegts": ("mpegts", "aac", 16_000),
    "nut": ("nut", "pcm_s16le", 16_000),
    "m4a": ("ipod", "aac", 16_000),
    "wavpack": ("wv", "wavpack", 16_000),
    "swf": ("swf", "libmp3lame", 44_100),
}


def made(kind: str, samples_of) -> bytes:
    """samples_of: called with the kind's rate in Hz."""
    container, codec, rate_hz = (KINDS | WITHOUT_LENGTH)[kind]
    options = {"rf64": "always"} if kind == "rf64" else {}
    return sound(container, codec, rate_hz, samples_of(rate_hz), **options)


def written(path, content: bytes):
    path.write_bytes(content)
    return path


def read(path, content: bytes | None = None, **options):
    """The samples, and the notes' names."""
    if content is not None:
        path.write_bytes(content)
    with open_audio(path, **options) as audio:
        samples = np.concatenate(list(audio.blocks()))
    return samples, [note.name for note in audio.notes]


def onsets_s(samples: np.ndarray, level: float = 0.05) -> list[float]:
    """Where it is loud after at least half a second of silence."""
    loud = np.flatnonzero(np.abs(samples) > level)
    return [loud[0] / RATE_HZ, *loud[1:][np.diff(loud) > RATE_HZ / 2] / RATE_HZ]


def heard_s(samples: np.ndarray, level: float = 0.05) -> float:
    """How long it is loud."""
    blocks = samples[: len(samples) // 160 * 160].reshape(-1, 160)
    return np.count_nonzero(np.abs(blocks).max(axis=1) > level) * 160 / RATE_HZ


# --- times ---


@pytest.mark.parametrize(
    ("container", "codec", "rate_hz"),
    [
        ("mp4", "aac", 44_100),
        ("matroska", "libopus", 48_000),
        ("flv", "aac", 44_100),
        ("mpegts", "aac", 48_000),
        ("mov", "pcm_s16le", 16_000),
    ],
)
@pytest.mark.parametrize("late_s", [0.7, 5.0])
def test_sound_that_begins_later_than_the_film(tmp_path, container, codec, rate_hz, late_s):
    track = TrackToWrite([(late_s, tone(2, rate_hz=rate_hz))])
    samples, notes = read(tmp_path / "a", film(container, codec, rate_hz, [track], picture_s=late_s + 6))
    assert onsets_s(samples) == [pytest.approx(late_s, abs=0.06)]
    assert len(samples) / RATE_HZ == pytest.approx(late_s + 2, abs=0.12)
    assert notes == []


@pytest.mark.parametrize(
    ("container", "codec", "rate_hz"),
    [("matroska", "libopus", 48_000), ("webm", "libopus", 48_000), ("mp4", "aac", 16_000), ("mpegts", "mp2", 16_000)],
)
@pytest.mark.parametrize("gap_s", [0.9, 10.0])
def test_a_gap_in_the_timestamps_is_silence(tmp_path, container, codec, rate_hz, gap_s):
    parts = [(0.0, tone(2, rate_hz=rate_hz)), (2 + gap_s, tone(2, rate_hz=rate_hz))]
    samples, notes = read(tmp_path / "a", film(container, codec, rate_hz, [TrackToWrite(parts)]))
    assert onsets_s(samples) == [pytest.approx(0, abs=0.06), pytest.approx(2 + gap_s, abs=0.12)]
    assert notes == []


@pytest.mark.parametrize(("container", "codec", "rate_hz"), [("mpeg", "mp2", 48_000), ("flv", "libmp3lame", 44_100)])
def test_sound_that_begins_minutes_later_than_the_film(tmp_path, container, codec, rate_hz):
    """Nothing at the beginning tells that there will be any."""
    track = TrackToWrite([(150, tone(2, rate_hz=rate_hz))])
    samples, notes = read(tmp_path / "a", film(container, codec, rate_hz, [track], picture_s=155))
    assert onsets_s(samples) == [pytest.approx(150, abs=0.06)]
    assert notes == []


@pytest.mark.parametrize("container", ["mpegts", "mpeg"])
def test_a_long_gap_is_silence_where_the_picture_goes_on(tmp_path, container):
    """Without it, a clock that jumps so far is rather one that starts anew."""
    track = TrackToWrite([(0.0, tone(2, rate_hz=48_000)), (200.0, tone(2, rate_hz=48_000))])
    samples, notes = read(tmp_path / "a", film(container, "mp2", 48_000, [track], picture_s=205))
    assert onsets_s(samples) == [pytest.approx(0, abs=0.06), pytest.approx(200, abs=0.06)]
    assert notes == []


def test_a_damaged_measure_of_time_makes_no_days_of_silence(tmp_path):
    content = bytearray(sound("avi", "libmp3lame", 16_000, tone(2)))
    scale = content.index(b"auds") + 20
    content[scale : scale + 4] = struct.pack("<I", 5_242_889)
    samples, _notes = read(tmp_path / "a", bytes(content))
    assert len(samples) < 3 * RATE_HZ
    assert heard_s(samples) == pytest.approx(2, abs=0.1)


def test_a_clock_that_begins_later_is_no_damage(tmp_path):
    track = TrackToWrite([(100.0, tone(2, rate_hz=48_000)), (130.0, tone(2, rate_hz=48_000))])
    path = written(tmp_path / "a", film("matroska", "aac", 48_000, [track]))
    with open_audio(path) as audio:
        assert audio.duration_s == pytest.approx(32, abs=0.2)
    samples, notes = read(path)
    assert onsets_s(samples) == [pytest.approx(0, abs=0.06), pytest.approx(30, abs=0.06)]
    assert notes == []


def test_pictures_between_the_sounds_of_an_avi_are_no_damage(tmp_path):
    """FFmpeg reads them out of order where they lie far apart."""
    track = TrackToWrite([(20, tone(2, rate_hz=44_100))])
    samples, notes = read(tmp_path / "a", film("avi", "libmp3lame", 44_100, [track], picture_s=26))
    assert heard_s(samples) == pytest.approx(2, abs=0.1)
    assert len(onsets_s(samples)) == 1
    assert notes == []


def test_a_container_that_does_not_begin_at_nought_begins_at_nought(tmp_path):
    samples, _notes = read(tmp_path / "a.ts", sound("mpegts", "aac", 48_000, tone(2, rate_hz=48_000)))
    assert len(samples) == pytest.approx(2 * RATE_HZ, abs=0.1 * RATE_HZ)


# --- to the end ---


@pytest.mark.parametrize("kind", sorted(KINDS | WITHOUT_LENGTH))
def test_joined_files_are_read_to_their_end(tmp_path, kind):
    content = made(kind, lambda rate_hz: tone(2, 440, rate_hz)) + made(kind, lambda rate_hz: tone(3, 440, rate_hz))
    samples, notes = read(tmp_path / "a", content)
    assert len(samples) == pytest.approx(5 * RATE_HZ, abs=0.3 * RATE_HZ)
    assert np.sqrt(np.mean(np.square(samples[-RATE_HZ : -RATE_HZ // 4]))) == pytest.approx(0.21, abs=0.04)
    assert notes == []


def test_joined_files_of_different_rates_and_channels(tmp_path):
    stereo = np.stack([tone(2, rate_hz=44_100)] * 2, axis=1)
    second = wav_header(2 * stereo.size, 44_100, 2) + int16_bytes(stereo)
    samples, notes = read(tmp_path / "a.wav", wav_header(32_000) + int16_bytes(tone(1)) + second)
    assert len(samples) == pytest.approx(3 * RATE_HZ, abs=20)
    assert np.abs(samples[RATE_HZ:]).max() == pytest.approx(0.3, abs=0.02)
    assert notes == []


@pytest.mark.parametrize("kind", ["mp3", "aac", "flac", "ogg flac"])
@pytest.mark.parametrize("rates_hz", [(16_000, 48_000), (48_000, 8_000)])
def test_joined_files_of_another_rate_and_other_channels_are_read_whole(tmp_path, kind, rates_hz):
    container, codec, _rate_hz = (KINDS | WITHOUT_LENGTH)[kind]
    first, second = (tone(seconds, rate_hz=rate_hz) for seconds, rate_hz in zip((2, 3), rates_hz, strict=True))
    stereo = np.stack([second] * 2, axis=1)
    content = sound(container, codec, rates_hz[0], first) + sound(container, codec, rates_hz[1], stereo)
    samples, notes = read(tmp_path / "a", content)
    assert len(samples) == pytest.approx(5 * RATE_HZ, abs=0.3 * RATE_HZ)
    assert heard_s(samples) == pytest.approx(5, abs=0.1)
    assert notes == []


def test_a_chain_of_one_and_two_channels_is_read_whole(tmp_path):
    mono = tone(2, rate_hz=48_000)
    content = sound("ogg", "libopus", 48_000, mono) + sound("ogg", "libopus", 48_000, np.stack([mono] * 2, axis=1))
    samples, notes = read(tmp_path / "a", content)
    assert heard_s(samples) == pytest.approx(4, abs=0.1)
    assert notes == []


@pytest.mark.parametrize("kind", KINDS)
def test_a_cut_recording_is_noted_and_a_whole_one_is_not(tmp_path, kind):
    content = made(kind, lambda rate_hz: 0.3 * noise(5, rate_hz))
    assert read(tmp_path / "whole", content)[1] == []
    samples, notes = read(tmp_path / "cut", content[: len(content) * 3 // 5])
    assert 0.5 * RATE_HZ < len(samples) < 3.4 * RATE_HZ
    assert notes == ["cut"]


@pytest.mark.parametrize("kind", WITHOUT_LENGTH)
def test_a_whole_recording_whose_length_is_an_estimate_is_not_called_damaged(tmp_path, kind):
    samples, notes = read(tmp_path / "a", made(kind, lambda rate_hz: 0.3 * noise(5, rate_hz)))
    assert len(samples) == pytest.approx(5 * RATE_HZ, abs=0.15 * RATE_HZ)
    assert notes == []


@pytest.mark.parametrize("kind", ["webm", "mp3", "mp2", "aac", "ac3", "m4a", "flac", "opus", "flv", "avi", "mpegts"])
@pytest.mark.parametrize("damage", ["zeros", "noise"])
def test_damage_in_the_middle_is_silence_and_noted(tmp_path, kind, damage):
    """Time goes on: what comes after the damage stands where it was."""
    content = bytearray(made(kind, lambda rate_hz: 0.3 * noise(6, rate_hz)))
    first, end = len(content) * 2 // 5, len(content) * 3 // 5
    content[first:end] = bytes(end - first) if damage == "zeros" else np.random.default_rng(1).bytes(end - first)
    samples, notes = read(tmp_path / "a", bytes(content))
    assert len(samples) == pytest.approx(6 * RATE_HZ, abs=0.4 * RATE_HZ)
    assert notes == ["damaged"]


def test_an_mp4_in_fragments_is_read_on_behind_a_damaged_one(tmp_path):
    options = {"movflags": "frag_keyframe+empty_moov", "frag_duration": "500000"}
    content = bytearray(sound("mp4", "aac", 16_000, 0.3 * noise(8), **options))
    content[len(content) * 2 // 5 : len(content) // 2] = bytes(len(content) // 2 - len(content) * 2 // 5)
    samples, notes = read(tmp_path / "a", bytes(content))
    assert len(samples) == pytest.approx(8 * RATE_HZ, abs=0.2 * RATE_HZ)
    assert heard_s(samples) > 5.5
    assert notes == ["damaged"]


def test_the_rest_of_a_damaged_wavpack_keeps_its_time(tmp_path):
    content = sound("wv", "wavpack", 16_000, np.concatenate([tone(20), np.zeros(4 * RATE_HZ, np.float32), tone(6)]))
    samples, notes = read(tmp_path / "a", content[: len(content) // 3] + content[len(content) // 3 + 100 :])
    assert len(samples) == pytest.approx(30 * RATE_HZ, abs=0.2 * RATE_HZ)
    assert onsets_s(samples)[-1] == pytest.approx(24, abs=0.05)
    assert notes == ["missing"]


@pytest.mark.parametrize("kind", ["mp3", "mp3 without a header", "mp2", "aac", "ac3", "latm", "avi"])
@pytest.mark.parametrize("n_bytes", [1, 300])
def test_a_piece_that_was_taken_out_is_noted_where_it_was(tmp_path, kind, n_bytes):
    """No clock tells how long it was."""
    if kind == "mp3 without a header":
        content = sound("mp3", "libmp3lame", 16_000, 0.3 * noise(8), write_xing="0", id3v2_version="0")
    else:
        content = made(kind, lambda rate_hz: 0.3 * noise(8, rate_hz))
    middle = len(content) // 2
    with open_audio(written(tmp_path / "a", content[:middle] + content[middle + n_bytes :])) as audio:
        read_s = sum(map(len, audio.blocks())) / RATE_HZ
    assert read_s == pytest.approx(8, abs=0.35)
    assert [note.name for note in audio.notes] == ["missing"]
    assert audio.notes[0].is_damage
    assert dict(audio.notes[0].fields)["at_s"] == pytest.approx(4, abs=0.3)


@pytest.mark.parametrize("kind", ["mp2", "aac", "ac3", "latm"])
def test_a_recording_that_ends_within_a_frame_ends_abruptly(tmp_path, kind):
    content = made(kind, lambda rate_hz: 0.3 * noise(5, rate_hz))
    for n_bytes in (len(content) * 3 // 5 + 7, len(content) * 3 // 5 + 77):
        samples, notes = read(tmp_path / "a", content[:n_bytes])
        assert len(samples) == pytest.approx(3 * RATE_HZ, abs=0.3 * RATE_HZ)
        assert notes == ["abrupt"]


@pytest.mark.parametrize("kind", ["caf", "w64", "mp2", "aac", "wav", "flac", "opus"])
def test_a_tag_at_the_end_is_no_damage(tmp_path, kind):
    samples, notes = read(tmp_path / "a", made(kind, lambda rate_hz: tone(2, 440, rate_hz)) + b"TAG" + b"x" * 125)
    assert len(samples) == pytest.approx(2 * RATE_HZ, abs=0.15 * RATE_HZ)
    assert notes == []


@pytest.mark.parametrize("kind", ["flv", "webm", "opus"])
def test_damage_that_looks_like_another_stream_ends_nothing(tmp_path, kind):
    content = made(kind, lambda rate_hz: 0.3 * noise(6, rate_hz))
    middle = len(content) // 2
    for n_bytes in (1, 300, 1000):
        samples, notes = read(tmp_path / "a", content[:middle] + content[middle + n_bytes :])
        assert len(samples) > 2.9 * RATE_HZ
        assert notes[-1:] in (["cut"], ["damaged"]) or len(samples) == pytest.approx(6 * RATE_HZ, abs=0.1 * RATE_HZ)


def test_padding_at_the_end_is_no_damage_and_what_cannot_be_read_there_is(tmp_path):
    mp3 = sound("mp3", "libmp3lame", 16_000, tone(5), write_xing="0", id3v2_version="0")
    for behind, noted in ((bytes(50_000), []), (np.random.default_rng(1).bytes(50_000), ["cut"])):
        samples, notes = read(tmp_path / "a", mp3 + behind)
        assert len(samples) == pytest.approx(5 * RATE_HZ, abs=0.2 * RATE_HZ)
        assert notes == noted


def test_a_picture_in_the_tag_of_a_joined_mp3_is_no_damage(tmp_path):
    mp3 = sound("mp3", "libmp3lame", 16_000, tone(3))
    length = 100_000
    tag = b"ID3\x03\x00\x00" + bytes(length >> shift & 127 for shift in (21, 14, 7, 0)) + b"\x11" * length
    samples, notes = read(tmp_path / "a", mp3 + tag + mp3)
    assert len(samples) == pytest.approx(6 * RATE_HZ, abs=0.3 * RATE_HZ)
    assert notes == []


# --- lengths ---


@pytest.mark.parametrize(
    "told", [0x7FFFF000, 0x80000000, 0xFFFFFFF7, 0xFFFFFFFF, 0x7FFFFFFF, 0xFFFFFFDB, 0x7F000000, 0]
)
def test_a_wav_whose_length_was_not_known_yet(tmp_path, told):
    header = bytearray(wav_header(0))
    header[-4:] = struct.pack("<I", told)
    samples, notes = read(tmp_path / "a.wav", bytes(header) + int16_bytes(tone(3)))
    assert (len(samples), notes) == (3 * RATE_HZ, [])


def test_an_aiff_whose_length_was_not_known_yet(tmp_path):
    content = bytearray(made("aiff", lambda rate_hz: tone(3, rate_hz=rate_hz)))
    content[4:8] = struct.pack(">I", 0x7F00002E)
    frames, data = content.index(b"COMM") + 10, content.index(b"SSND") + 4
    content[frames : frames + 4] = struct.pack(">I", 0x7F000000 // 2)
    content[data : data + 4] = struct.pack(">I", 0x7F000008)
    samples, notes = read(tmp_path / "a.aiff", bytes(content))
    assert (len(samples), notes) == (3 * RATE_HZ, [])


def test_a_header_that_writers_who_were_killed_left_is_filled_in(tmp_path):
    aiff, w64, au = (bytearray(made(kind, lambda rate_hz: tone(3, rate_hz=rate_hz))) for kind in ("aiff", "w64", "au"))
    frames, data = aiff.index(b"COMM") + 10, aiff.index(b"SSND") + 4
    aiff[frames : frames + 4] = aiff[data : data + 4] = bytes(4)
    length = w64.index(b"data\xf3\xac") + 16
    w64[length : length + 8] = struct.pack("<q", 24)
    au[8:12] = bytes(4)
    sizes = struct.pack("<IQQQI", 28, 2**64 - 1, 2**64 - 1, 0, 0)
    rf64 = b"RF64\xff\xff\xff\xffWAVEds64" + sizes + wav_header(0xFFFFFFFF)[12:] + int16_bytes(tone(3))
    for kind, content in {"aiff": aiff, "w64": w64, "au": au, "wav": rf64}.items():
        samples, notes = read(tmp_path / f"a.{kind}", bytes(content))
        assert (kind, len(samples), notes) == (kind, 3 * RATE_HZ, [])


@pytest.mark.parametrize("too_many", [1, 8, 44])
def test_a_wav_whose_writer_counted_its_header_too_is_not_cut(tmp_path, too_many):
    sound_bytes = int16_bytes(tone(3))
    samples, notes = read(tmp_path / "a.wav", wav_header(len(sound_bytes) + too_many) + sound_bytes)
    assert (len(samples), notes) == (3 * RATE_HZ, [])


def test_a_film_whose_picture_outlasts_its_sound_is_whole(tmp_path):
    for container, codec in (("mp4", "aac"), ("matroska", "libopus"), ("flv", "aac"), ("avi", "libmp3lame")):
        track = TrackToWrite([(0.0, tone(2, rate_hz=48_000))])
        samples, notes = read(
            tmp_path / container, film(container, codec, 44_100 if codec == "aac" else 48_000, [track], 9)
        )
        assert len(samples) == pytest.approx(2 * RATE_HZ, rel=0.12)
        assert notes == []


def test_an_mp3_of_changing_bit_rate_without_a_header_behind_a_large_tag(tmp_path):
    speech = np.concatenate([np.zeros(RATE_HZ, np.float32), noise(3), np.zeros(3 * RATE_HZ, np.float32)])
    content = sound("mp3", "libmp3lame", RATE_HZ, speech, write_xing="0")
    tag = b"ID3\x03\x00\x00\x00\x7f\x7f\x7f" + bytes(2_097_151)
    for one in (content, tag + content, bytes(5_000) + content):
        samples, notes = read(tmp_path / "a.mp3", one)
        assert len(samples) == pytest.approx(7 * RATE_HZ, abs=0.2 * RATE_HZ)
        assert notes == []


# --- channels and tracks ---


@pytest.mark.parametrize("n_channels", [2, 4])
def test_channels_that_cancel_each_other_out(tmp_path, n_channels):
    voice = tone(3)
    channels = np.stack([voice, -voice] * (n_channels // 2), axis=1)
    samples, _notes = read(
        tmp_path / "a.wav", wav_header(2 * channels.size, 16_000, n_channels) + int16_bytes(channels)
    )
    np.testing.assert_allclose(np.abs(samples), np.abs(voice), atol=1e-3)


@pytest.mark.parametrize("delay", [1, 2])
def test_channels_that_nearly_cancel_each_other_out(tmp_path, delay):
    voice = noise(3, level=0.1)
    channels = np.stack([voice, -0.9 * voice + noise(3, level=0.002 * delay, seed=1)], axis=1)
    samples, _notes = read(tmp_path / "a.wav", wav_header(2 * channels.size, 16_000, 2) + int16_bytes(channels))
    assert samples.std() == pytest.approx(voice.std(), rel=0.05)


def test_more_channels_than_pyav_can_count(tmp_path):
    """A damaged AAC frame may claim as many; PyAV reads behind the end of the list of them."""
    samples, notes = read(tmp_path / "a.mka", of_many_channels(16))
    assert heard_s(samples) == pytest.approx(2, abs=0.05)
    assert notes == []


def of_many_channels(n_channels: int) -> bytes:
    file = io.BytesIO()
    with av.open(file, "w", format="matroska") as output:
        stream = output.add_stream("wavpack", rate=16_000, layout=f"{n_channels} channels")
        voice = np.repeat(tone(2), n_channels).reshape(1, -1)
        frame = av.AudioFrame.from_ndarray(voice, format="flt", layout=f"{n_channels} channels")
        frame.sample_rate, frame.pts = 16_000, 0
        output.mux(stream.encode(frame))
        output.mux(stream.encode(None))
    return file.getvalue()


def two_tracks(container="matroska", **second) -> bytes:
    tracks = [
        TrackToWrite([(0.0, tone(2, 440, 48_000, level=0.1))], is_default=False, metadata={"language": "eng"}),
        TrackToWrite([(0.0, tone(2, 440, 48_000, level=0.4))], **second),
    ]
    return film(container, "libopus", 48_000, tracks)


@pytest.mark.parametrize(
    "second", [{"is_default": True}, {"is_default": False, "metadata": {"language": "rus"}}], ids=["default", "Russian"]
)
def test_of_several_tracks_the_default_one_is_read_then_a_russian_one(tmp_path, second):
    path = tmp_path / "a.mkv"
    samples, notes = read(path, two_tracks(**second))
    assert np.abs(samples).max() == pytest.approx(0.4, abs=0.05)
    assert notes == ["tracks"]
    assert [track.number for track in tracks_of(path)] == [1, 2]
    with open_audio(path) as audio:
        assert str(audio.notes[0]) == "The file has 2 sound tracks. Number 2 was transcribed; another can be chosen."


def test_another_track_can_be_asked_for(tmp_path):
    path = tmp_path / "a.mkv"
    samples, _notes = read(path, two_tracks(is_default=True), track=1)
    assert np.abs(samples).max() == pytest.approx(0.1, abs=0.02)
    with pytest.raises(TrackMissing, match="has no sound track 3"):
        read(path, track=3)


# --- kinds ---


def test_an_m4a_that_begins_with_free(tmp_path):
    fragments = {"movflags": "frag_keyframe+empty_moov+default_base_moof"}  # they know no place in the file
    content = struct.pack(">I4s", 64, b"free") + bytes(56) + sound("mp4", "aac", RATE_HZ, tone(2), **fragments)
    assert len(read(tmp_path / "a.m4a", content)[0]) == pytest.approx(2 * RATE_HZ, abs=0.15 * RATE_HZ)


@pytest.mark.parametrize(("ending", "codec", "rate_hz"), [("g722", "g722", 16_000), ("al", "pcm_alaw", 8_000)])
def test_what_only_its_ending_tells(tmp_path, ending, codec, rate_hz):
    container = {"al": "alaw"}.get(ending, ending)
    content = sound(container, codec, rate_hz, tone(2, 440, rate_hz))
    assert f".{ending}" in SUFFIXES
    samples, notes = read(tmp_path / f"a.{ending}", content)
    assert notes == []
    assert len(samples) > RATE_HZ


@pytest.mark.parametrize(
    "text", ["#EXTM3U\nb.m4a\n", "ffconcat version 1.0\nfile b.m4a\n", "v=0\nm=audio 5004 RTP/AVP 0\n"]
)
def test_a_text_that_names_sounds_is_no_sound(tmp_path, text):
    (tmp_path / "b.m4a").write_bytes(made("m4a", lambda rate_hz: tone(1, 440, rate_hz)))
    with pytest.raises(AudioUnreadable):
        read(tmp_path / "a.m4a", text.encode() * 300)
