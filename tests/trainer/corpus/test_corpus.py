"""From folders and manifests, as people have them, to recordings with their texts."""

import os
from pathlib import Path

import pytest

from engine.alphabet import Alphabet
from tests.helpers.corpora import write_session, write_voxforge
from trainer.corpus.corpus import find_recordings, speaker_of
from trainer.corpus.preflight import DIGITS, FOREIGN, NO_RECORDING, NO_TEXT, OTHER_TEXT
from trainer.corpus.prompts import parse_prompts, prompt_key
from trainer.errors import CorpusError, NoRecordings

SOUND = b"not looked into here"


def found(*sources):
    return find_recordings(sources, Alphabet())


def texts(*sources):
    return {one.id: one.text for one in found(*sources).recordings}


def rejects(*sources):
    return [(Path(one.path).name, one.reason, one.detail) for one in found(*sources).rejects]


# --- prompts ---


def test_prompts_as_they_are_written():
    content = """ru_0022 Над этой машиной, - он ткнул трубкой. \n\n  ru_0023\tЕщё́ одна\r\nbad_text_1 ! .
ru_0024\n*/mfc/ru_0025 А\nzend-20110516-leg/mfc/RU_0026.mfc Б\nru_0022 второй раз"""
    assert parse_prompts(content.encode()) == {
        "ru_0022": "Над этой машиной, - он ткнул трубкой.",
        "ru_0023": "Ещё́ одна",
        "bad_text_1": "! .",
        "ru_0024": "",
        "ru_0025": "А",
        "ru_0026": "Б",
    }


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp1251"])
def test_prompts_in_the_encodings_of_the_time(encoding):
    assert parse_prompts("ru_1 Ёжик… идёт\r\n".encode(encoding)) == {"ru_1": "Ёжик… идёт"}


def test_bytes_that_are_no_text_do_not_stop_the_rest():
    assert parse_prompts(b"ru_1 \x98\xff\nru_2 ok") == {"ru_1": "\ufffdя", "ru_2": "ok"}


@pytest.mark.parametrize("name", ["ru_1", "RU_1.wav", "a/mfc/ru_1", "ru_1.FLAC", "*/ru_1"])
def test_ids_of_prompts_and_names_of_files_meet(name):
    assert prompt_key(name) == "ru_1"


def test_a_decomposed_name_is_the_same():
    assert prompt_key("\u0438\u0306") == prompt_key("\u0439")
    assert prompt_key("ru_1.5") == "ru_1.5"


# --- VoxForge ---


def test_sessions_with_punctuation_capitals_and_stress(tmp_path):
    write_session(tmp_path, "zend-20110516-leg", {"ru_1": SOUND}, "ru_1 Над э+той маши́ной, - «Вице-мэр»! \n")
    (one,) = found(tmp_path).recordings
    assert (one.id, one.speaker, one.text) == ("zend-20110516-leg/wav/ru_1", "zend", "над этой машиной вице мэр")
    assert one.path == tmp_path / "zend-20110516-leg" / "wav" / "ru_1.wav"


def test_originals_go_first_and_capitals_fill_in(tmp_path):
    write_session(
        tmp_path,
        "ira",
        {"ru_1": SOUND, "ru_2": SOUND, "ru_3": SOUND},
        "ru_1 Первый\nru_2 !\n",
        "ira/mfc/ru_1 НЕТ\nira/mfc/ru_2 ВТОРОЙ\nira/mfc/ru_3 ТРЕТИЙ\n",
    )
    assert texts(tmp_path) == {"ira/wav/ru_1": "первый", "ira/wav/ru_2": "второй", "ira/wav/ru_3": "третий"}


def test_prompts_in_cp1251(tmp_path):
    write_session(tmp_path, "ira", {"ru_1": SOUND}, "ru_1 Ёлка стоит\n", encoding="cp1251")
    assert texts(tmp_path) == {"ira/wav/ru_1": "ёлка стоит"}


def test_flac_beside_wav(tmp_path):
    session = write_session(tmp_path, "ira", {"ru_1": SOUND}, "ru_1 Да\nru_2 Нет\n")
    (session / "flac").mkdir()
    (session / "flac" / "RU_2.FLAC").write_bytes(SOUND)
    (session / "flac" / "ru_1.flac").write_bytes(SOUND)
    (session / "flac" / "ru_3.txt").write_bytes(SOUND)
    assert texts(tmp_path) == {"ira/wav/ru_1": "да", "ira/flac/RU_2": "нет"}


def test_recordings_without_a_prompt_and_prompts_without_a_recording(tmp_path):
    write_session(tmp_path, "ira", {"ru_1": SOUND, "ru_2": SOUND, "ru_3": SOUND}, "ru_1 Да\nru_3 ! .\nru_9 Нет\n")
    assert texts(tmp_path) == {"ira/wav/ru_1": "да"}
    assert sorted(rejects(tmp_path)) == [
        ("ru_2.wav", NO_TEXT, ""),
        ("ru_3.wav", NO_TEXT, ""),
        ("ru_9", NO_RECORDING, ""),
    ]


def test_a_session_without_prompts_at_all(tmp_path):
    write_session(tmp_path, "ira", {"ru_1": SOUND})
    assert rejects(tmp_path) == [("ru_1.wav", NO_TEXT, "")]


def test_texts_that_no_model_can_learn(tmp_path):
    prompts = "ru_1 В 1812 году\nru_2 Hello, мир\nru_3 Да\n"
    write_session(tmp_path, "ira", {"ru_1": SOUND, "ru_2": SOUND, "ru_3": SOUND}, prompts)
    assert texts(tmp_path) == {"ira/wav/ru_3": "да"}
    assert rejects(tmp_path) == [("ru_1.wav", DIGITS, "1812"), ("ru_2.wav", FOREIGN, "helo")]


def test_one_session_named_itself_and_sessions_far_below(tmp_path):
    session = write_session(tmp_path / "de" / "16kHz", "ira-20110516-abc", {"ru_1": SOUND}, "ru_1 Да\n")
    assert set(texts(session)) == {"ira-20110516-abc/wav/ru_1"}
    assert set(texts(tmp_path)) == {"de/16kHz/ira-20110516-abc/wav/ru_1"}


def test_what_is_still_being_unpacked_is_no_session(tmp_path):
    write_session(tmp_path, "ira", {"ru_1": SOUND}, "ru_1 Да\n")
    write_session(tmp_path, ".boris.unpacking", {"ru_1": SOUND}, "ru_1 Нет\n")
    assert set(texts(tmp_path)) == {"ira/wav/ru_1"}


def test_cyrillic_names(tmp_path):
    write_session(tmp_path / "Мои записи", "Ира-20110516-аб", {"запись №1": SOUND}, "запись Да\n")
    (path,) = (tmp_path / "Мои записи" / "Ира-20110516-аб" / "wav").iterdir()
    path.rename(path.with_name("Запись.wav"))
    (one,) = found(tmp_path / "Мои записи").recordings
    assert (one.id, one.speaker, one.text) == ("Ира-20110516-аб/wav/Запись", "ира", "да")


@pytest.mark.skipif(os.name == "nt" or not os.supports_bytes_environ, reason="names are Unicode there")
def test_names_that_are_no_unicode(tmp_path):
    write_session(tmp_path, "ira", {"ru_1": SOUND}, "ru_1 Да\n")
    (tmp_path / "ira").rename(tmp_path / os.fsdecode(b"\xe8\xf0\tx"))
    (one,) = found(tmp_path).recordings
    assert one.id == "\\udce8\\udcf0_x/wav/ru_1"
    assert one.path.exists()


@pytest.mark.parametrize(
    ("folder", "speaker"),
    [
        ("zend-20110516-leg", "zend"),
        ("Zend-20110516-leg", "zend"),
        ("anna-maria-20110516-leg", "anna-maria"),
        ("anonymous-20110516-leg", "anonymous-20110516-leg"),
        ("Anonymous-20110517-abc", "anonymous-20110517-abc"),
        ("ira", "ira"),
    ],
)
def test_who_speaks(folder, speaker):
    assert speaker_of(folder) == speaker


def test_folders_that_overlap_give_each_recording_once(tmp_path):
    write_voxforge(tmp_path, ["ira", "boris"], ["Да"])
    assert len(found(tmp_path, tmp_path / "ira-20110516-abc", tmp_path).recordings) == 2


def test_equal_names_in_two_folders_get_ids_of_their_own(tmp_path):
    for place in "ab":
        write_session(tmp_path / place, "ira", {"ru_1": SOUND}, "ru_1 Да\n")
    assert set(texts(tmp_path / "a", tmp_path / "b")) == {"ira/wav/ru_1", "ira/wav/ru_1~2"}


# --- other layouts ---


def test_a_folder_with_transcripts(tmp_path):
    (tmp_path / "a.wav").write_bytes(SOUND)
    table = "file\tspeaker\ttext\na.wav\tОля\tДа, «так»!\nb.wav\tОля\tНет\na.wav\tОля\tещё раз\n"
    (tmp_path / "transcripts.tsv").write_text(table, "utf-8")
    (one,) = found(tmp_path).recordings
    assert (one.id, one.speaker, one.text, one.path) == ("a.wav", "Оля", "да так", tmp_path / "a.wav")
    assert rejects(tmp_path) == [("b.wav", NO_RECORDING, ""), ("a.wav", OTHER_TEXT, "ещё раз")]


def test_a_row_that_ends_before_its_file_is_left_out(tmp_path):
    (tmp_path / "a.wav").write_bytes(SOUND)
    (tmp_path / "transcripts.tsv").write_text("text\tfile\nда так\ta.wav\nнет\n", "utf-8")
    assert texts(tmp_path) == {"a.wav": "да так"}
    assert rejects(tmp_path) == [("transcripts.tsv:3", NO_RECORDING, "")]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp1251"])
@pytest.mark.parametrize("named", ["file", "folder"])
def test_a_manifest_as_deepspeech_and_coqui_have_it(tmp_path, encoding, named):
    session = tmp_path / "clips" / "zend-20110516-leg" / "wav"
    session.mkdir(parents=True)
    (session / "ru_1.wav").write_bytes(SOUND)
    (tmp_path / "b.wav").write_bytes(SOUND)
    table = (
        "wav_filename,wav_filesize,transcript\r\n"
        'clips/zend-20110516-leg/wav/ru_1.wav,20,"Да, это так"\r\n'
        f"{tmp_path / 'b.wav'},20,ёлка\r\n"
        "none.wav,20,нет\r\n"
        "b.wav,20,the same file\r\n"
    )
    (tmp_path / "train.csv").write_bytes(table.encode(encoding))
    (tmp_path / "other.csv").write_text("a,b\n1,2\n")
    corpus = found(tmp_path / "train.csv" if named == "file" else tmp_path)
    assert [(one.speaker, one.text) for one in corpus.recordings] == [("zend", "да это так"), ("", "ёлка")]
    assert [(one.path, one.reason) for one in corpus.rejects] == [
        (str(tmp_path / "none.wav"), NO_RECORDING),
        (str(tmp_path / "b.wav"), OTHER_TEXT),
    ]


@pytest.mark.parametrize("column", ["speaker", "client_id"])
def test_a_manifest_that_tells_the_speaker(tmp_path, column):
    (tmp_path / "b.wav").write_bytes(SOUND)
    (tmp_path / "m.csv").write_text(f"transcript,{column},wav_filename\nда,Оля,b.wav\n", "utf-8")
    assert [one.speaker for one in found(tmp_path).recordings] == ["Оля"]


def test_short_rows_of_a_manifest(tmp_path):
    (tmp_path / "b.wav").write_bytes(SOUND)
    (tmp_path / "m.csv").write_text("wav_filename,wav_filesize,transcript\nb.wav\n\n,,\n", "utf-8")
    assert [reason for _, reason, _ in rejects(tmp_path)] == [NO_TEXT]  # rows without anything are none


@pytest.mark.parametrize("end", ["\r", "\n", "\r\n"])
def test_lines_of_a_table_may_end_as_they_like(tmp_path, end):
    (tmp_path / "b.wav").write_bytes(SOUND)
    (tmp_path / "notes.csv").write_bytes(end.join(["a,b", "1,2", ""]).encode())
    (tmp_path / "m.csv").write_bytes(end.join(["wav_filename,wav_filesize,transcript", "b.wav,20,да", ""]).encode())
    assert texts(tmp_path) == {"b.wav": "да"}


@pytest.mark.parametrize("name", ["m.csv", "transcripts.tsv"])
def test_a_cell_without_end_is_no_table(tmp_path, name):
    (tmp_path / name).write_text("a" * 200_000)
    with pytest.raises(CorpusError, match="lacks the columns"):
        found(tmp_path / name if name == "m.csv" else tmp_path)


def test_a_table_that_is_no_manifest(tmp_path):
    (tmp_path / "m.csv").write_text("a,b\n1,2\n")
    with pytest.raises(CorpusError, match="lacks the columns wav_filename, transcript"):
        found(tmp_path / "m.csv")


def test_transcripts_without_their_columns(tmp_path):
    (tmp_path / "transcripts.tsv").write_text("name\twords\na\tb\n")
    with pytest.raises(CorpusError, match="lacks the columns file, text"):
        found(tmp_path)


# --- nothing ---


def test_a_folder_without_recordings_is_named(tmp_path):
    write_voxforge(tmp_path / "good", ["ira"], ["Да"])
    (tmp_path / "bad" / "deep").mkdir(parents=True)
    with pytest.raises(NoRecordings, match="bad"):
        found(tmp_path / "good", tmp_path / "bad")


@pytest.mark.parametrize("name", ["none", "none.csv"])
def test_a_folder_that_is_not_there(tmp_path, name):
    with pytest.raises(CorpusError, match="No such file or directory"):
        found(tmp_path / name)


def test_order_and_result_are_the_same_each_time(tmp_path):
    write_voxforge(tmp_path, ["zoe", "anna", "boris"], ["Да", "Нет", "Да 5"])
    first = found(tmp_path)
    assert first == found(tmp_path)
    assert [one.id for one in first.recordings] == sorted(one.id for one in first.recordings)
    assert len(first.rejects) == 3
