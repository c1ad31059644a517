import pytest

from engine.decode.own_words import (
    BadLine,
    OwnWord,
    OwnWords,
    export_own_words,
    import_own_words,
    parse_own_words,
    read_own_words,
    read_spelling,
    write_own_words,
)
from engine.errors import NotWritable, OwnWordsUnreadable
from engine.paths import own_words_file


def test_lines_become_words_and_phrases():
    found = parse_own_words("Диктовка\n\n  Кара-Мурза \nДиктовка\nФёдор\n")
    assert found.words == ("диктовка", "кара мурза", "фёдор")
    assert [entry.written for entry in found.entries] == ["Диктовка", "Кара-Мурза", "Фёдор"]
    assert not found.bad


@pytest.mark.parametrize("line", ["Qt 6", "дом 5", "東京", "Qt = q t"])
def test_a_line_that_cannot_be_used_is_told_and_the_others_count(line):
    found = parse_own_words(f"раз\n{line}\nдва")
    assert found.words == ("раз", "два")
    assert found.bad == (BadLine(2, line, "it has signs that are no Russian letters"),)


@pytest.mark.parametrize("line", ["—", "= раз", "Раз =", "Раз = раз,"])
def test_a_line_of_which_a_half_is_missing(line):
    assert parse_own_words(f"{line}\n").bad == (BadLine(1, line, "it has no letters"),)


@pytest.mark.parametrize(
    ("line", "written", "spoken"),
    [
        ("Яндекс", "Яндекс", "яндекс"),
        ("ООО  «Ромашка»", "ООО «Ромашка»", "ооо ромашка"),
        ("Мария-Луиза", "Мария-Луиза", "мария луиза"),
        ("iPhone = айфон", "iPhone", "айфон"),
        ("Qt 6=кьют шесть", "Qt 6", "кьют шесть"),
        ("C++ = си плюс плюс", "C++", "си плюс плюс"),
        ("З+амок,", "Замок", "замок"),
    ],
)
def test_how_a_line_is_written_and_said(line, written, spoken):
    assert parse_own_words(line).entries == (OwnWord(written, spoken),)


def test_a_word_that_is_said_in_two_ways_and_two_that_are_said_alike():
    found = parse_own_words("iPhone = айфон, айфоном\nАйфон\nАйфона = айфона")
    assert [(entry.written, entry.spoken) for entry in found.entries] == [
        ("iPhone", "айфон"),
        ("iPhone", "айфоном"),
        ("Айфона", "айфона"),
    ]


@pytest.mark.parametrize(
    ("written", "spoken"),
    [
        ("Bluetooth", "блютут"),
        ("iPad", "айпад"),
        ("YouTube", "ютуб"),
        ("Telegram-бот", "телеграм бот"),
        ("Excel", "эксел"),
        ("Citroën", "ситроен"),
    ],
)
def test_how_latin_letters_are_said_is_guessed_where_nobody_told(written, spoken):
    assert parse_own_words(written).entries == (OwnWord(written, spoken, is_guess=True),)


def test_a_spelling_that_cannot_be_read_is_none(tmp_path):
    (tmp_path / "a.txt").write_bytes(b"\xff\xfea")
    assert read_spelling(tmp_path / "a.txt") == ()
    write_own_words("Яндекс\n")
    assert read_spelling() == (("яндекс", "Яндекс"),)


def test_no_file_no_words():
    assert read_own_words() == OwnWords()


def test_the_list_is_kept_as_it_was_typed():
    written = write_own_words("Кара-Мурза  \nQt 6")
    assert own_words_file().read_text("utf-8") == "Кара-Мурза\nQt 6\n"
    assert read_own_words() == written
    assert written.words == ("кара мурза",)
    assert [line.number for line in written.bad] == [2]


def test_importing_adds_what_is_new(tmp_path):
    write_own_words("Раз\nДва")
    (tmp_path / "ещё.txt").write_text("\ufeffДВА\nтри\n\n", "utf-8")
    assert import_own_words(tmp_path / "ещё.txt").words == ("раз", "два", "три")
    assert own_words_file().read_text("utf-8") == "Раз\nДва\nтри\n"


def test_exporting_copies_the_list(tmp_path):
    write_own_words("Раз\nQt 6")
    export_own_words(tmp_path / "копия" / "слова.txt")
    assert (tmp_path / "копия" / "слова.txt").read_text("utf-8") == "Раз\nQt 6\n"


def test_a_list_in_another_encoding_is_told_and_left_as_it_is():
    own_words_file().parent.mkdir(parents=True, exist_ok=True)
    own_words_file().write_bytes("слово".encode("cp1251"))
    with pytest.raises(OwnWordsUnreadable, match="UTF-8"):
        read_own_words()
    assert own_words_file().read_bytes() == "слово".encode("cp1251")


@pytest.mark.parametrize("encoding", ["cp1251", "koi8-r", "utf-16", "utf-16-le", "utf-32", "utf-8-sig"])
def test_a_file_named_for_once_is_read_in_any_encoding(tmp_path, encoding):
    (tmp_path / "a.txt").write_bytes("Слово\r\nЁжики и окна\r\n".encode(encoding))
    assert read_own_words(tmp_path / "a.txt").words == ("слово", "ёжики и окна")


@pytest.mark.parametrize("encoding", ["cp1251", "utf-16", "utf-8-sig", "utf-32"])
def test_files_that_notepad_writes_are_taken_in(tmp_path, encoding):
    (tmp_path / "a.txt").write_bytes("слово\r\nёж\r\n".encode(encoding))
    assert import_own_words(tmp_path / "a.txt").words == ("слово", "ёж")


@pytest.mark.parametrize(
    "content", [b"a\0b", bytes(10_000_001), b"\xff\xfea"], ids=["NUL", "too large", "half a letter"]
)
def test_what_is_no_text_is_not_taken_in(tmp_path, content):
    (tmp_path / "a.txt").write_bytes(content)
    with pytest.raises(OwnWordsUnreadable):
        import_own_words(tmp_path / "a.txt")
    assert not own_words_file().exists()


def test_half_a_pair_is_kept_as_a_question_mark():
    assert write_own_words("слово\nа\ud800").words == ("слово", "а")
    assert own_words_file().read_text("utf-8") == "слово\nа?\n"


def test_a_folder_and_a_missing_file_are_told(tmp_path):
    with pytest.raises(OwnWordsUnreadable):
        read_own_words(tmp_path)
    with pytest.raises(OwnWordsUnreadable, match="no such file"):
        import_own_words(tmp_path / "none.txt")


def test_a_place_that_cannot_be_written_to_is_told(tmp_path):
    (tmp_path / "file").write_text("")
    with pytest.raises(NotWritable):
        export_own_words(tmp_path / "file" / "слова.txt")
