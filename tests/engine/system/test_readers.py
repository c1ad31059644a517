"""Arrays, JSON and tables from strangers: one error for whatever is wrong, before anything large is made of it."""

import hashlib
import io
import json
import os
import zipfile

import numpy as np
import pytest

from engine.history.entry import error_from_json
from engine.system.bounded_read import file_of, read_bounded, sha256_of
from engine.system.json_text import parse_json, read_json
from engine.system.npz import WrongShape, map_array, read_arrays
from engine.system.table import read_table
from engine.text_marks import filled


def npz(**arrays) -> bytes:
    file = io.BytesIO()
    np.savez(file, **arrays)
    return file.getvalue()


# --- arrays ---


def test_arrays_come_back_as_they_were():
    arrays = {"a": np.arange(6, dtype=np.int8).reshape(2, 3), "b": np.asfortranarray(np.eye(3, 4)), "c": np.float32(2)}
    found = read_arrays(io.BytesIO(npz(**arrays)))
    assert found.keys() == arrays.keys()
    for name, array in arrays.items():
        np.testing.assert_array_equal(found[name], array)
        assert found[name].dtype == array.dtype


def test_what_is_not_expected_is_not_read_and_what_does_not_fit_is_named():
    content = npz(scale=np.ones(13), other=np.zeros(1000))
    assert read_arrays(io.BytesIO(content), {"scale": (13,), "missing": (2,)}).keys() == {"scale"}
    assert read_arrays(io.BytesIO(content), {"scale": (None,)})["scale"].shape == (13,)
    with pytest.raises(WrongShape) as caught:
        read_arrays(io.BytesIO(content), {"scale": (13, 13)})
    assert (caught.value.name, caught.value.found, caught.value.wanted) == ("scale", (13,), (13, 13))


def test_a_size_that_only_a_header_tells_takes_no_memory():
    """A header that promises 8 TB, and an archive that says so of a member."""
    header = b"\x93NUMPY\x01\x00v\x00" + b"{'descr': '<f8', 'fortran_order': False, 'shape': (1000000000000,), }".ljust(
        117
    )
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as archive:
        archive.writestr("a.npy", header + b"\n" + bytes(80))
    with pytest.raises(ValueError, match="size"):
        read_arrays(io.BytesIO(file.getvalue()))
    with pytest.raises(ValueError, match="more than 1000 bytes"):
        read_arrays(io.BytesIO(npz(a=np.zeros(1000))), most_bytes=1000)


def test_pickles_are_never_read():
    with pytest.raises(ValueError, match="plain numbers"):
        read_arrays(io.BytesIO(npz(a=np.array([{"x": 1}], dtype=object))))


@pytest.mark.parametrize("seed", range(8))
def test_changed_bytes_give_one_kind_of_error(seed, tmp_path):
    rng = np.random.default_rng(seed)
    whole = npz(scale=np.ones(13, np.float32), offset=np.zeros(13, np.float32))
    for _ in range(150):
        changed = bytearray(whole)
        for place in rng.integers(0, 400, rng.integers(1, 4)):
            changed[place] = rng.integers(256)
        try:
            found = read_arrays(io.BytesIO(changed), {"scale": (13,), "offset": (13,)})
        except ValueError:
            continue
        assert all(array.shape == (13,) for array in found.values())


def test_mapped_arrays_are_checked_before_they_are_mapped(tmp_path):
    path = tmp_path / "features.npy"
    np.save(path, np.arange(26, dtype=np.int8).reshape(2, 13))
    np.testing.assert_array_equal(map_array(path, np.int8, (None, None))[1], np.arange(13, 26))
    for wrong in (lambda: map_array(path, np.int16, (None, None)), lambda: map_array(path, np.int8, (None, 12))):
        with pytest.raises(ValueError, match=r"int8|shape"):
            wrong()
    path.write_bytes(path.read_bytes()[:-1])
    with pytest.raises(ValueError, match="cut off"):
        map_array(path, np.int8, (None, None))
    np.save(path, np.zeros((0, 13), np.int8))
    assert map_array(path, np.int8, (None, None)).shape == (0, 13)


# --- JSON ---


@pytest.mark.parametrize(
    "text",
    [
        '{"a": ' * 100_000,
        "[" * 100_000,
        '{"a": %s}' % ("9" * 400),
        '{"a": -%s}' % ("9" * 20),
        '{"a": 1e999}',
        r'{"a": "\ud800"}',
        "[]",
        "1",
        "",
        "{",
        b"\xff\xfe{",
    ],
    ids=lambda text: repr(text[:12]),
)
def test_json_that_is_refused(text):
    with pytest.raises(ValueError, match=r"\w"):
        parse_json(text)


def test_json_that_is_taken(tmp_path):
    assert parse_json('{"a": [1, -2.5, "ё", null, true, NaN]}')["a"][:5] == [1, -2.5, "ё", None, True]
    assert parse_json(r'{"a": "\udcff"}', any_letters=True) == {"a": "\udcff"}
    with pytest.raises(ValueError, match="NaN"):
        parse_json('{"a": NaN}', finite=True)
    path = tmp_path / "model.json"
    path.write_text(json.dumps({"format": 1}), "utf-8")
    assert read_json(path) == {"format": 1}
    with pytest.raises(ValueError, match="more than 5 bytes"):
        read_json(path, most_bytes=5)
    with pytest.raises(ValueError, match="no file"):
        read_json(tmp_path)


# --- tables ---


def test_tables_have_as_many_cells_in_each_line_as_in_the_first(tmp_path):
    path = tmp_path / "t.tsv"
    path.write_text('id\ttext\n1\t"да\n\n2\tнет\n', "utf-8")
    assert read_table(path, ("id", "text")) == [{"id": "1", "text": '"да'}, {"id": "2", "text": "нет"}]
    path.write_text('a,b\n1,"x, y"\n', "utf-8")
    assert read_table(path, ("a",), tabs=False) == [{"a": "1", "b": "x, y"}]


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("", "column id"),
        ("text\nда\n", "column id"),
        ("id\ttext\n1\tда\tеще\n", "line 2"),
        ("id\ttext\n1\tда\n2\n", "line 3"),
        ("id\ttext\n1\t" + "а" * 200_000, "field"),
    ],
)
def test_tables_that_are_refused(tmp_path, text, told):
    path = tmp_path / "t.tsv"
    path.write_text(text, "utf-8")
    with pytest.raises(ValueError, match=told):
        read_table(path, ("id", "text"))


def test_letters_that_are_no_utf8_are_refused(tmp_path):
    path = tmp_path / "t.tsv"
    path.write_bytes("id\ttext\n1\tда\n".encode("cp1251"))
    with pytest.raises(ValueError, match="utf-8"):
        read_table(path, ("id", "text"))


# --- files ---


@pytest.mark.parametrize("name", ["../a", "/dev/zero", "b/a", "..", ".", ""])
def test_names_that_lead_out_of_a_folder_are_refused(tmp_path, name):
    with pytest.raises(ValueError, match="leads out"):
        file_of(tmp_path, name)


@pytest.mark.skipif(os.name == "nt", reason="links need a privilege there")
def test_links_that_lead_out_of_a_folder_are_refused_and_links_to_it_are_followed(tmp_path):
    folder = tmp_path / "real"
    folder.mkdir()
    (tmp_path / "other").write_bytes(b"x")
    for name, target in (("out", tmp_path / "other"), ("zero", "/dev/zero"), ("loop", "loop2"), ("loop2", "loop")):
        (folder / name).symlink_to(target)
    for name in ("out", "zero"):
        with pytest.raises(ValueError, match="leads out"):
            file_of(folder, name)
    with pytest.raises(OSError, match="loop"):
        read_bounded(file_of(folder, "loop"), 10)
    (tmp_path / "link").symlink_to(folder)
    (folder / "mine").write_bytes(b"y")
    assert read_bounded(file_of(tmp_path / "link", "mine"), 10) == b"y"
    assert file_of(folder, "missing") == folder / "missing"


def test_what_is_no_file_or_too_large_is_never_read(tmp_path):
    path = tmp_path / "sparse"
    with path.open("wb") as file:
        file.truncate(2**40)
    for read in (read_bounded, sha256_of):
        with pytest.raises(ValueError, match="more than 100 bytes"):
            read(path, 100)
        with pytest.raises(ValueError, match="no file"):
            read(tmp_path, 100)
    path.write_bytes(b"abc")
    assert sha256_of(path, 3) == hashlib.sha256(b"abc").hexdigest()


# --- sentences ---


@pytest.mark.parametrize("reason", ["{n:>99999999999}", "{n!r:>99999999999}", "{n.__class__}", "{n[0]}", "{", "{}"])
def test_a_sentence_from_a_file_takes_no_memory_and_looks_into_nothing(reason):
    assert filled(reason, {"n": 1}) == reason
    kept = json.dumps({"error": "AudioUnreadable", "fields": {"path": "a.wav", "reason": reason, "n": 1}})
    assert f"({reason})" in str(error_from_json(kept))


def test_names_in_a_sentence_are_filled_in():
    assert filled("{n} of {path}", {"n": 3, "path": "{n}"}) == "3 of {n}"
    with pytest.raises(KeyError):
        filled("{other}", {})
