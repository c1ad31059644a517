"""What a stranger's archive may put on the disk, and what it may not."""

import gzip
import io
import tarfile
import tracemalloc

import pytest

from engine.errors import DiskFull, NotWritable
from tests.helpers.full_disk import FullDisk
from tests.helpers.voxforge_site import bomb, header, small_archive, speech_archive, tar_of
from trainer.download.archive import Limits, unpack
from trainer.errors import ArchiveBroken

NAME = "ira-20110516-leg"


def unpacked(tmp_path, content: bytes, **options):
    """Unpacks the bytes of an archive into tmp_path/corpus/NAME."""
    packed = tmp_path / f"{NAME}.tgz"
    packed.write_bytes(content)
    (tmp_path / "corpus").mkdir(exist_ok=True)
    return max(unpack(packed, tmp_path / "corpus" / NAME, **options), default=0)


def files_below(folder):
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def refused(tmp_path, content: bytes, reason: str, **options):
    """The archive is refused for the reason, and nothing of it is left."""
    with pytest.raises(ArchiveBroken, match=reason) as caught:
        unpacked(tmp_path, content, **options)
    assert caught.value.fields["name"] == f"{NAME}.tgz"
    assert list((tmp_path / "corpus").iterdir()) == []
    assert sorted(path.name for path in tmp_path.iterdir()) == ["corpus", f"{NAME}.tgz"]


def test_a_session_comes_out_as_it_was(tmp_path):
    content = speech_archive(NAME, {"ru_1": b"one", "ru_2": b"two" * 1000}, {"ru_1": "Раз", "ru_2": "Два"})
    n_bytes = unpacked(tmp_path, content)
    found = files_below(tmp_path / "corpus" / NAME)
    assert found["wav/ru_1.wav"] == b"one"
    assert found["wav/ru_2.wav"] == b"two" * 1000
    assert found["etc/prompts-original"].decode() == "ru_1 Раз \nru_2 Два \n"
    assert n_bytes == sum(map(len, found.values()))
    assert list((tmp_path / "corpus").iterdir()) == [tmp_path / "corpus" / NAME]


def test_the_folder_gets_the_archives_name(tmp_path):
    unpacked(tmp_path, speech_archive("ira", {"ru_1": b"one"}, {}))
    assert "wav/ru_1.wav" in files_below(tmp_path / "corpus" / NAME)


def test_dots_and_folders_and_nothing_in_them(tmp_path):
    content = tar_of([header("./", tarfile.DIRTYPE), header("./a/b", tarfile.DIRTYPE), ("./a/wav/x.wav", b"")])
    unpacked(tmp_path, content)
    assert files_below(tmp_path / "corpus" / NAME) == {"wav/x.wav": b""}


@pytest.mark.parametrize("encoding", ["utf-8", "cp1251"])
def test_cyrillic_names(tmp_path, encoding):
    unpacked(tmp_path, tar_of([("Ира/wav/запись №1.wav", b"sound")], encoding))
    assert files_below(tmp_path / "corpus" / NAME) == {"wav/запись №1.wav": b"sound"}


def test_what_is_not_whole_is_not_there(tmp_path):
    packed = tmp_path / "a.tgz"
    packed.write_bytes(speech_archive(NAME, {"ru_1": bytes(500_000), "ru_2": b"two"}, {}))
    steps = unpack(packed, tmp_path / "corpus" / NAME)
    assert 0 < next(steps) < 500_000
    assert [path.name for path in (tmp_path / "corpus").iterdir()] == [f".{NAME}.unpacking"]
    steps.close()
    assert list((tmp_path / "corpus").iterdir()) == []


def test_what_a_killed_start_left_is_no_hindrance(tmp_path):
    left = tmp_path / "corpus" / f".{NAME}.unpacking" / "wav"
    left.mkdir(parents=True)
    (left / "ru_0001.wav").write_bytes(b"half")
    (left / "other.wav").write_bytes(b"half")
    unpacked(tmp_path, small_archive(NAME))
    assert "wav/other.wav" not in files_below(tmp_path / "corpus" / NAME)


# --- damage ---


@pytest.mark.parametrize("share", [0.001, 0.1, 0.5, 0.99])
def test_a_truncated_archive(tmp_path, share):
    content = small_archive(NAME)
    refused(tmp_path, content[: round(len(content) * share)], "cut off|no gzip")


@pytest.mark.parametrize("n_bytes", [1, 8, 9])
def test_an_archive_that_lacks_its_last_bytes(tmp_path, n_bytes):
    refused(tmp_path, small_archive(NAME)[:-n_bytes], "cut off")


@pytest.mark.parametrize("n_bytes", [700, 2000, 3500, 4600])
def test_a_tar_that_was_cut_before_it_was_packed(tmp_path, n_bytes):
    whole = gzip.decompress(small_archive(NAME))
    assert n_bytes < len(whole.rstrip(b"\0"))
    refused(tmp_path, gzip.compress(whole[:n_bytes]), "cut off")


@pytest.mark.parametrize("content", [b"<html>Service unavailable</html>", b"PK\x03\x04 zip", b"\x1f"])
def test_what_is_no_gzip(tmp_path, content):
    refused(tmp_path, content, "it is no gzip archive")


@pytest.mark.parametrize(
    "content",
    [b"", gzip.compress(b""), gzip.compress(b"no tar" * 200), tar_of([])],
    # Not by the bytes, which hold the time: two processes that run the tests must know each by the same name.
    ids=["no bytes", "an empty file", "no tar", "an empty tar"],
)
def test_what_holds_nothing(tmp_path, content):
    refused(tmp_path, content, "it is cut off or holds no files")


def test_a_flipped_bit(tmp_path):
    content = bytearray(small_archive(NAME))
    content[len(content) // 2] ^= 4
    refused(tmp_path, bytes(content), "damaged|cut off")


def test_a_wrong_checksum(tmp_path):
    content = small_archive(NAME)
    refused(tmp_path, content[:-8] + b"abcd" + content[-4:], "damaged")


def test_rubbish_in_the_place_of_a_header(tmp_path):
    whole = gzip.decompress(tar_of([("a/wav/1.wav", b"x" * 512), ("a/wav/2.wav", b"y" * 512)]))
    refused(tmp_path, gzip.compress(whole[:1024] + b"z" * 512 + whole[1536:]), "cut off")


# --- malice ---

SOUND = (f"{NAME}/wav/ru_1.wav", b"sound")


@pytest.mark.parametrize(
    "name",
    ["../x", f"{NAME}/../../x", f"{NAME}/wav/../../../x", "/etc/x", "//x/y", f"{NAME}\\..\\x", "C:\\x", f"{NAME}/a\nb"],
)
def test_names_that_lead_elsewhere(tmp_path, name):
    refused(tmp_path, tar_of([SOUND, (name, b"evil")]), "a name that leads out of its folder")


@pytest.mark.parametrize(
    ("kind", "target", "reason"),
    [
        (tarfile.SYMTYPE, "/etc/passwd", "a link"),
        (tarfile.SYMTYPE, "ru_1.wav", "a link"),
        (tarfile.LNKTYPE, "/etc/passwd", "a link"),
        (tarfile.CHRTYPE, "", "no ordinary file"),
        (tarfile.BLKTYPE, "", "no ordinary file"),
        (tarfile.FIFOTYPE, "", "no ordinary file"),
        (b"Z", "", "no ordinary file"),
    ],
)
def test_links_and_devices(tmp_path, kind, target, reason):
    refused(tmp_path, tar_of([SOUND, header(f"{NAME}/wav/x", kind, target)]), reason)


def test_a_link_to_write_through(tmp_path):
    (tmp_path / "corpus").mkdir()
    link = header(f"{NAME}/wav", tarfile.SYMTYPE, str(tmp_path / "corpus"))
    refused(tmp_path, tar_of([link, (f"{NAME}/wav/x", b"evil")]), "a link")


def test_two_folders(tmp_path):
    refused(tmp_path, tar_of([SOUND, ("other/wav/x.wav", b"x")]), "more than one folder")


def test_a_file_beside_the_folder(tmp_path):
    refused(tmp_path, tar_of([("stray.txt", b"x"), SOUND]), "a file outside its folder")


@pytest.mark.parametrize("second", [SOUND, (f"{NAME}/wav/ru_1.wav/x", b"x"), (f"{NAME}/{'ы' * 200}", b"x")])
def test_names_that_this_disk_cannot_hold(tmp_path, second):
    refused(tmp_path, tar_of([SOUND, second]), "names that cannot be used here")


def test_a_bomb_stops_early(tmp_path):
    disk = FullDisk(30_000_000)
    tracemalloc.start()
    refused(tmp_path, bomb(NAME), "far more than recordings", open_file=disk.open)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert disk.n_bytes > 0
    assert peak < 8_000_000


def test_a_long_silence_is_no_bomb(tmp_path):
    assert unpacked(tmp_path, speech_archive(NAME, {"ru_1": bytes(10_000_000)}, {})) > 10_000_000


def test_a_bomb_in_a_name(tmp_path):
    """tarfile reads a long name at once."""
    member = tarfile.TarInfo(f"{NAME}/x")
    member.type, member.size = tarfile.GNUTYPE_LONGNAME, 100_000_000
    packed = io.BytesIO()
    with gzip.open(packed, "wb") as file:
        file.write(member.tobuf())
        for _ in range(100):
            file.write(b"a" * 1_000_000)
    refused(tmp_path, packed.getvalue(), "damaged")


def test_a_negative_size(tmp_path):
    raw = bytearray(gzip.decompress(tar_of([SOUND, (f"{NAME}/wav/2.wav", b"x")])))
    raw[1024 + 124 : 1024 + 136] = b"\xff" * 11 + b"\x00"
    raw[1024 + 148 : 1024 + 156] = b" " * 8
    raw[1024 + 148 : 1024 + 156] = b"%06o\0 " % sum(raw[1024:1536])
    refused(tmp_path, gzip.compress(bytes(raw)), "insane size|damaged")


def pax(records: dict[str, str], name: str = f"{NAME}/wav/2.wav", kind: bytes = tarfile.XHDTYPE) -> bytes:
    """An archive of one recording and of a second one whose extended header has these records, true or not."""
    lines = b""
    for key, value in records.items():
        line = f" {key}={value}\n".encode("utf-8", "surrogateescape")
        length = len(line)
        while length != len(line) + len(str(length)):
            length = len(line) + len(str(length))
        lines += str(length).encode() + line
    extended = tarfile.TarInfo("pax")
    extended.type, extended.size = kind, len(lines)
    second = tarfile.TarInfo(name)
    second.size = 5
    raw = gzip.decompress(tar_of([SOUND]))[:1024]
    raw += extended.tobuf() + lines.ljust(-(-len(lines) // 512) * 512, b"\0")
    return gzip.compress(raw + second.tobuf() + b"sound".ljust(512, b"\0") + bytes(1024))


@pytest.mark.parametrize(
    "records",
    [
        {"GNU.sparse.map": "a,b"},
        {"GNU.sparse.map": "1"},
        {"GNU.sparse.size": "x" * 50},
        {"GNU.sparse.major": "1", "GNU.sparse.minor": "0"},
        {"GNU.sparse.size": "9" * 5000, "GNU.sparse.map": "0,5"},
        {"size": "-5"},
        {"size": "1" * 400},
        {"path": f"{NAME}/a\0b"},
    ],
    ids=lambda records: next(iter(records)),
)
@pytest.mark.parametrize("kind", [tarfile.XHDTYPE, tarfile.XGLTYPE], ids=["one", "all"])
def test_extended_headers_that_make_no_sense(tmp_path, records, kind):
    refused(tmp_path, pax(records, kind=kind), r"\w")


def test_extended_headers_that_are_none_of_our_business(tmp_path):
    unpacked(tmp_path, pax({"mtime": "nan", "uid": "x", "hdrcharset": "BINARY", "foo": "\udcff"}))
    assert files_below(tmp_path / "corpus" / NAME).keys() == {"wav/ru_1.wav", "wav/2.wav"}


def test_names_that_are_no_utf8(tmp_path):
    unpacked(tmp_path, pax({"path": f"{NAME}/wav/" + "ы".encode("cp1251").decode("utf-8", "surrogateescape")}))
    assert files_below(tmp_path / "corpus" / NAME).keys() == {"wav/ru_1.wav", "wav/ы"}


def test_files_with_holes(tmp_path):
    refused(tmp_path, tar_of([SOUND, header(f"{NAME}/wav/2.wav", tarfile.GNUTYPE_SPARSE)]), "no ordinary file")


def test_a_map_of_holes_without_end_takes_no_memory(tmp_path):
    content = bytearray(gzip.decompress(pax({"GNU.sparse.major": "1", "GNU.sparse.minor": "0"})))
    holes = b"99999999\n" + b"0\n" * 5_000_000
    content[-1536:] = holes.ljust(-(-len(holes) // 512) * 512, b"0")
    tracemalloc.start()
    refused(tmp_path, gzip.compress(bytes(content)), "damaged|no ordinary")
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 40_000_000


@pytest.mark.parametrize("kind", [tarfile.XHDTYPE, tarfile.GNUTYPE_LONGNAME, tarfile.XGLTYPE])
def test_headers_of_headers_of_headers(tmp_path, kind):
    refused(tmp_path, tar_of([SOUND, *[header("x", kind) for _ in range(5000)]]), "damaged|cut off")


def test_a_hundred_thousand_entries(tmp_path):
    entry = header(NAME, tarfile.DIRTYPE).tobuf()
    refused(tmp_path, gzip.compress(entry * 100_000 + bytes(1024), 1), "too many files")


def test_too_many_and_too_large_files(tmp_path):
    content = tar_of([(f"{NAME}/wav/{i}.wav", b"x" * 50) for i in range(9)])
    refused(tmp_path, content, "too many files", limits=Limits(members=8))
    refused(tmp_path, content, "insane size", limits=Limits(member_bytes=49))
    refused(tmp_path, content, "far more", limits=Limits(total_bytes=2000))
    unpacked(tmp_path, content, limits=Limits(members=9, member_bytes=50))


# --- the disk ---


@pytest.mark.parametrize("n_bytes", [0, 100, 3000])
def test_a_full_disk(tmp_path, n_bytes):
    with pytest.raises(DiskFull):
        unpacked(tmp_path, small_archive(NAME), open_file=FullDisk(n_bytes).open)
    assert list((tmp_path / "corpus").iterdir()) == []
    unpacked(tmp_path, small_archive(NAME), open_file=FullDisk(None).open)


def test_a_file_in_the_way(tmp_path):
    (tmp_path / "corpus").write_bytes(b"mine")
    (tmp_path / "a.tgz").write_bytes(small_archive(NAME))
    with pytest.raises((NotWritable, ArchiveBroken)):
        list(unpack(tmp_path / "a.tgz", tmp_path / "corpus" / NAME))
    assert (tmp_path / "corpus").read_bytes() == b"mine"
