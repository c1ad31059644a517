"""Recordings that begin behind something else, and MP4 files whose index is not where it should be."""

import struct

import numpy as np
import pytest

from engine.audio.file import open_audio
from engine.errors import AudioCutOff, AudioEmpty, AudioUnreadable
from tests.helpers.containers import sound
from tests.helpers.sounds import tone

RATE_HZ = 16_000
KINDS = {
    "wav": ("wav", "pcm_s16le", 16_000),
    "w64": ("w64", "pcm_s16le", 16_000),
    "caf": ("caf", "pcm_s16le", 16_000),
    "aiff": ("aiff", "pcm_s16be", 16_000),
    "au": ("au", "pcm_s16be", 16_000),
    "flac": ("flac", "flac", 16_000),
    "mp3": ("mp3", "libmp3lame", 16_000),
    "opus": ("ogg", "libopus", 48_000),
    "webm": ("webm", "libopus", 48_000),
    "mka": ("matroska", "aac", 16_000),
    "avi": ("avi", "libmp3lame", 16_000),
    "flv": ("flv", "libmp3lame", 44_100),
    "amr": ("amr", "libopencore_amrnb", 8_000),
    "m4a": ("ipod", "aac", 16_000),
    "wv": ("wv", "wavpack", 16_000),
    "tta": ("tta", "tta", 16_000),
    "voc": ("voc", "pcm_u8", 16_000),
}
ID3 = b"ID3\x03\x00\x00\x00\x00\x07\x68" + bytes(1_000)
FREE = struct.pack(">I4s", 64, b"free") + bytes(56)
NOISE = np.random.default_rng(1).bytes(1_000)


def read(path, content: bytes):
    path.write_bytes(content)
    with open_audio(path) as audio:
        samples = np.concatenate(list(audio.blocks()))
    return samples, [note.name for note in audio.notes]


@pytest.mark.parametrize(
    "front", [ID3, bytes(3_000), NOISE, b"HTTP/1.1 200 OK\r\n\r\n"], ids=["tag", "zeros", "noise", "head"]
)
@pytest.mark.parametrize("kind", KINDS)
def test_a_recording_behind_something_else_is_read(tmp_path, kind, front):
    container, codec, rate_hz = KINDS[kind]
    samples, notes = read(tmp_path / f"a.{kind}", front + sound(container, codec, rate_hz, tone(2, 440, rate_hz)))
    assert len(samples) == pytest.approx(2 * RATE_HZ, abs=0.15 * RATE_HZ)
    assert np.abs(samples).max() > 0.2
    assert notes == []


def test_what_is_named_as_no_recording_is_none_whatever_is_in_it(tmp_path):
    archive = b"PK\x03\x04" + bytes(26) + sound("wav", "pcm_s16le", RATE_HZ, tone(1))
    with pytest.raises(AudioUnreadable):
        read(tmp_path / "a.zip", archive)


@pytest.fixture(scope="module")
def boxes():
    """The boxes of an MP4 whose index is at the end."""
    content, found = sound("ipod", "aac", RATE_HZ, np.concatenate([np.zeros(RATE_HZ, np.float32), tone(3)])), {}
    while content:
        size, name = struct.unpack(">I4s", content[:8])
        found[name.decode()], content = content[:size], content[size:]
    return found


def shifted(index: bytes, by: int) -> bytes:
    """Its chunks that many bytes later in the file."""
    table = index.index(b"stco") + 8
    (count,) = struct.unpack_from(">I", index, table)
    offsets = struct.unpack_from(f">{count}I", index, table + 4)
    return index[: table + 4] + struct.pack(f">{count}I", *(at + by for at in offsets)) + index[table + 4 + 4 * count :]


def misplaced(boxes):
    """Each with what programs do to it."""
    kind, free, sound_box, index = (boxes[name] for name in ("ftyp", "free", "mdat", "moov"))
    front_index = shifted(index, len(index))
    endless = b"\x00\x00\x00\x00" + sound_box[4:]
    return {
        "index moved to the front": kind + index + free + sound_box,
        "index moved to the end": kind + free + sound_box + front_index,
        "something put before all": FREE + kind + free + sound_box + index,
        "something put behind the kind": kind + FREE + free + sound_box + index,
        "something put before the index": kind + free + sound_box + NOISE + index,
        "a tag before all": ID3 + kind + free + sound_box + index,
        "sound without an end": kind + free + endless + index,
        "whole": kind + free + sound_box + index,
        "whole, index in front": kind + front_index + free + sound_box,
    }


@pytest.mark.parametrize("change", misplaced({"ftyp": b"", "free": b"", "mdat": b"", "moov": b"stco" + bytes(8)}))
def test_an_mp4_is_read_wherever_its_index_is(tmp_path, boxes, change):
    samples, notes = read(tmp_path / "a.m4a", misplaced(boxes)[change])
    assert len(samples) == pytest.approx(4 * RATE_HZ, abs=0.1 * RATE_HZ)
    assert np.flatnonzero(np.abs(samples) > 0.1)[0] == pytest.approx(RATE_HZ, abs=0.06 * RATE_HZ)
    assert np.abs(samples[2 * RATE_HZ :]).max() == pytest.approx(0.3, abs=0.03)
    assert notes == []


def test_an_mp4_that_was_cut_off_before_its_index_is_named_as_that(tmp_path, boxes):
    with pytest.raises(AudioCutOff, match="cut off before its list of contents was written"):
        read(tmp_path / "a.m4a", boxes["ftyp"] + boxes["free"] + boxes["mdat"])


@pytest.mark.parametrize("first", [0, 7, 1 << 31])
def test_an_index_that_leads_nowhere_is_no_recording(tmp_path, boxes, first):
    table = boxes["moov"].index(b"stco") + 12
    index = boxes["moov"][:table] + struct.pack(">I", first) + boxes["moov"][table + 4 :]
    try:
        _samples, notes = read(tmp_path / "a.m4a", boxes["ftyp"] + boxes["mdat"] + index)
    except (AudioUnreadable, AudioEmpty):
        return
    assert notes[0] in ("damaged", "cut")
