"""Tables in several encodings and with several delimiters are read; a row that cannot be told apart is named."""

import unicodedata

import pytest

from engine.alphabet import Alphabet, normalise
from engine.system.cyrillic_text import decode_text
from tests.helpers.corpora import speech_wav
from trainer.corpus.corpus import find_recordings
from trainer.corpus.preflight import BROKEN_ROW, FOREIGN, NO_RECORDING, OTHER_TEXT
from trainer.corpus.prompts import read_prompts
from trainer.corpus.tables import sound_path
from trainer.corpus.transcripts import TRANSCRIPTS, read_transcripts

TEXTS = ["он открыл окно", "скажите пожалуйста"]
ENCODINGS = ["utf-8", "utf-8-sig", "cp1251", "utf-16", "utf-16-le", "utf-16-be", "utf-32", "utf-32-le", "utf-32-be"]


@pytest.fixture
def folder(tmp_path):
    for name in ("a.wav", "b.wav", "c.wav"):
        (tmp_path / name).write_bytes(speech_wav())
    return tmp_path


def found(folder, name: str, table: str, encoding: str = "utf-8"):
    (folder / name).write_bytes(table.encode(encoding))
    corpus = find_recordings([folder], Alphabet())
    return [(one.path.name, one.text) for one in corpus.recordings], [(one.path, one.reason) for one in corpus.rejects]


@pytest.mark.parametrize("encoding", ENCODINGS)
@pytest.mark.parametrize("line_end", ["\n", "\r\n", "\r"])
def test_transcripts_in_any_encoding(folder, encoding, line_end):
    lines = ["file\tspeaker\ttext", "a.wav\tx\tОн открыл «окно», да", "b.wav\ty\tСкажите", ""]
    (folder / TRANSCRIPTS).write_bytes(line_end.join(lines).encode(encoding))
    assert [(one.path.name, one.speaker, one.text) for one in read_transcripts(folder)] == [
        ("a.wav", "x", "он открыл окно да"),
        ("b.wav", "y", "скажите"),
    ]


@pytest.mark.parametrize("encoding", ENCODINGS)
@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
def test_manifests_in_any_encoding_with_any_delimiter(folder, encoding, delimiter):
    rows = [("wav_filename", "wav_filesize", "transcript"), ("a.wav", "1", TEXTS[0]), ("b.wav", "2", TEXTS[1])]
    table = "\n".join(map(delimiter.join, rows))
    assert found(folder, "m.csv", table, encoding) == ([("a.wav", TEXTS[0]), ("b.wav", TEXTS[1])], [])


@pytest.mark.parametrize("encoding", ["cp1251", "utf-16", "utf-16-le", "utf-32"])
def test_prompts_in_any_encoding(tmp_path, encoding):
    (tmp_path / "PROMPTS").write_bytes("ru_1 Он открыл окно\nru_2 Скажите\n".encode(encoding))
    assert read_prompts(tmp_path) == {"ru_1": "Он открыл окно", "ru_2": "Скажите"}


def test_text_in_two_bytes_is_told_by_its_noughts_alone():
    for encoding in ("utf-16-le", "utf-16-be", "utf-32-le", "utf-32-be"):
        assert decode_text("Привет, мир: да и нет\n".encode(encoding)) == "Привет, мир: да и нет\n"
    assert decode_text("Привет".encode("cp1251")) == "Привет"
    assert decode_text(b"") == ""


@pytest.mark.parametrize("encoding", ["cp1251", "koi8-r", "cp866"])
@pytest.mark.parametrize(
    "text", ["он открыл окно", "Да, Иван Петрович! ЁЛКА", "ПРИВЕТ ИЗ МОСКВЫ", "file\ttext\na.wav\tнет"]
)
def test_russian_in_one_byte_a_letter_is_told_by_its_letters(encoding, text):
    assert decode_text(text.encode(encoding)) == text


@pytest.mark.parametrize(("written", "on_disk"), [("NFC", "NFD"), ("NFD", "NFC")])
def test_names_are_found_however_their_letters_are_composed(tmp_path, written, on_disk):
    sound = tmp_path / unicodedata.normalize(on_disk, "ёж и йод.wav")
    sound.touch()
    assert sound_path(tmp_path, unicodedata.normalize(written, "ёж и йод.wav")) == sound


def test_names_are_found_in_other_capitals_where_one_alone_can_be_meant(tmp_path):
    for name in ("Clip.WAV", "a.wav", "A.wav"):
        (tmp_path / name).touch()
    if len(list(tmp_path.iterdir())) == 3:  # else the system itself tells them not apart
        assert sound_path(tmp_path, "clip.wav") == tmp_path / "Clip.WAV"
        assert sound_path(tmp_path, "A.WAV") == tmp_path / "A.WAV"
    assert sound_path(tmp_path, " a.wav ") == tmp_path / "a.wav"


def test_a_quote_that_nobody_closed_costs_no_other_row(folder):
    table = 'wav_filename,wav_filesize,transcript\na.wav,1,"он открыл окно\nb.wav,2,скажите "да"\nc.wav,3,нет\n'
    assert found(folder, "m.csv", table) == ([("a.wav", TEXTS[0]), ("b.wav", "скажите да"), ("c.wav", "нет")], [])


def test_texts_over_several_lines_and_with_delimiters(folder):
    table = 'wav_filename,wav_filesize,transcript\na.wav,1,"он открыл\nокно, да"\nb.wav,2,Да, нет, не знаю\n'
    assert found(folder, "m.csv", table) == ([("a.wav", "он открыл окно да"), ("b.wav", "да нет не знаю")], [])


def test_a_row_that_cannot_be_told_apart_is_named(folder):
    table = "wav_filename,transcript,speaker\na.wav,он открыл, окно,x\n\nb.wav,скажите,y\n"
    assert found(folder, "m.csv", table) == ([("b.wav", "скажите")], [(str(folder / "m.csv:2"), BROKEN_ROW)])


def test_paths_as_under_windows(folder):
    (folder / "clips").mkdir()
    (folder / "clips" / "d.wav").write_bytes(speech_wav())
    table = "wav_filename,wav_filesize,transcript\nclips\\d.wav,1,да\nclips\\no.wav,1,нет\n"
    recordings, rejects = found(folder, "m.csv", table)
    assert recordings == [("d.wav", "да")]
    assert [reason for _path, reason in rejects] == [NO_RECORDING]


def test_another_text_of_a_recording_is_reported(folder):
    table = "wav_filename,wav_filesize,transcript\na.wav,1,да\na.wav,1,Да!\na.wav,1,нет\n"
    assert found(folder, "m.csv", table) == ([("a.wav", "да")], [(str(folder / "a.wav"), OTHER_TEXT)])


@pytest.mark.parametrize(
    ("text", "normal"),
    [
        ("мо\u00adло\u200bко\u2060 и\ufeff хлеб\u200e", "молоко и хлеб"),
        ("сер\u200dд\u200cце\ufe0f \u202bда\u202c", "сердце да"),
        ("пять\u00a0рублей", "пять рублей"),
        ("м+ама мы+ла ра+му", "мама мыла раму"),
    ],
)
def test_what_is_invisible_vanishes(text, normal):
    assert normalise(text) == normal


@pytest.mark.parametrize(
    "text",
    [
        "сто % за",
        "дом № пять",
        "вопрос & ответ",
        "два + два",
        "сто₽",
        "два × два",
        "а = б",
        "±два",
        "сто¥",
        "а@б",
        "#весна",
    ],
)
def test_signs_that_are_spoken_are_not_dropped_silently(folder, text):
    recordings, rejects = found(folder, "m.csv", f"wav_filename,wav_filesize,transcript\na.wav,1,{text}\n")
    assert (recordings, [reason for _path, reason in rejects]) == ([], [FOREIGN])
