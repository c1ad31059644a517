import ast
import gettext
import pickle
import re
from pathlib import Path
from string import Formatter

import messages
import polib
import pytest

import engine.errors
import gui.core.errors
import trainer.errors
from engine.errors import (
    AudioError,
    AudioNotFound,
    CheckpointError,
    CheckpointMismatch,
    ConfigError,
    DiktovkaError,
    EngineError,
    MicrophoneLost,
)
from engine.history.entry import error_from_json, error_to_json
from gui.core import i18n
from gui.core.problem import problem_words
from gui.core.words import size_words
from gui.corpora.report_view import detail_words
from gui.training.loss_plot import Axis
from gui.training.training_settings import setting_field
from trainer.corpus.preflight import CLIPPED, TOO_SHORT, UNREADABLE, Reject
from trainer.errors import CorpusError, SpaceMissing
from trainer.settings import TrainConfig

CYRILLIC = re.compile("[а-яё]", re.IGNORECASE)


@pytest.fixture(autouse=True)
def english_afterwards():
    yield
    i18n.install("en")


@pytest.fixture(scope="module")
def catalogue() -> polib.POFile:
    return polib.pofile(str(messages.CATALOGUE))


def texts(entry: polib.POEntry) -> list[str]:
    return list(entry.msgstr_plural.values()) if entry.msgid_plural else [entry.msgstr]


def field_names(text: str) -> set[str]:
    return {name for _literal, name, _format, _conversion in Formatter().parse(text) if name is not None}


# --- the catalogue and the code agree ---


def test_every_sentence_has_a_finished_translation_and_none_is_left_over(catalogue):
    missing, left_over = messages.unmatched(messages.messages(), catalogue)
    assert [f"{message.where}: {message.text}" for message in missing] == []
    assert [entry.msgid for entry in left_over] == []


def test_no_sentence_stands_twice(catalogue):
    ids = [entry.msgid for entry in catalogue]
    assert sorted(ids) == sorted(set(ids))


def test_translations_have_the_fields_of_their_sentences(catalogue):
    for entry in catalogue:
        # The singular may say "one" instead of {n}.
        wanted = field_names(entry.msgid) | field_names(entry.msgid_plural)
        for text in texts(entry):
            assert field_names(text) == wanted, entry.msgid


def test_plurals_have_the_three_russian_forms(catalogue):
    for entry in catalogue:
        if entry.msgid_plural:
            assert sorted(entry.msgstr_plural) == [0, 1, 2], entry.msgid
            assert all(texts(entry)), entry.msgid


def test_russian_typography(catalogue):
    for entry in catalogue:
        for text in texts(entry):
            assert not re.search(r'["„“]|\.\.\.| - |  ', text), text
            assert text == text.strip(), text
            assert text.endswith(".") == entry.msgid.endswith("."), text


# --- finding the sentences ---


def found_in(source: str) -> list[tuple[str, str | None]]:
    tree = ast.parse(source)
    constants = messages._constants(tree)
    return [(message.text, message.plural) for message in messages.messages_in(tree, "x.py", constants)]


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ('_("Copy")', [("Copy", None)]),
        ('i18n._("Copy" " all").format(n=1)', [("Copy all", None)]),
        ('N_("Copy")', [("Copy", None)]),
        ('ngettext("{n} file", "{n} files", n)', [("{n} file", "{n} files")]),
        ('class Lost(Error):\n    template = "It " "went"', [("It went", None)]),
        ('raise Lost(reason="it went")', [("it went", None)]),
        ('GONE = "it went"\nraise Lost(reason=GONE)', [("it went", None)]),
        ('raise Lost(reason="it went" if gone else "it came")', [("it went", None), ("it came", None)]),
        ("_(sentence)", []),
        ("raise Lost(reason=str(error))", []),
        ('print("not for people")', []),
    ],
)
def test_finds_sentences(source, expected):
    assert found_in(source) == expected


@pytest.mark.parametrize(
    "source",
    [
        '_(f"{n} files")',
        '_("a" + b)',
        '_("{n}".format(n=1))',
        '_("%d" % n)',
        'raise Lost(reason=f"{n} files went")',
        'raise Lost(reason="files" if n else f"{n} files")',
        'raise Lost(reason="{n} files".format(n=n))',
        'raise Lost(reason="files: " + n)',
        'reason = f"{n} files"',
    ],
)
def test_refuses_what_no_catalogue_can_hold(source):
    with pytest.raises(messages.NotLiteral, match=r"^x\.py:1: "):
        found_in(source)


def test_the_fields_of_a_reason_are_given_with_it():
    """Else the failure would be told by a KeyError."""
    files = [file for place in messages.PLACES for file in (messages.ROOT / place).rglob("*.py")]
    calls = [node for file in files for node in ast.walk(ast.parse(file.read_text("utf-8"))) if is_call(node)]
    given = [{keyword.arg: keyword.value for keyword in call.keywords} for call in calls]
    told = [(one["reason"].value, set(one)) for one in given if isinstance(one.get("reason"), ast.Constant)]
    assert [reason for reason, names in told if not field_names(reason) <= names] == []
    assert sum(bool(field_names(reason)) for reason, _names in told) > 20


def is_call(node: ast.AST) -> bool:
    return isinstance(node, ast.Call)


def test_missing_fuzzy_and_left_over_entries_are_told_apart():
    found = [messages.Message(text, "x.py:1") for text in ("done", "fuzzy", "empty", "new")]
    entries = polib.POFile()
    entries.append(polib.POEntry(msgid="done", msgstr="готово"))
    entries.append(polib.POEntry(msgid="fuzzy", msgstr="неточно", flags=["fuzzy"]))
    entries.append(polib.POEntry(msgid="empty", msgstr=""))
    entries.append(polib.POEntry(msgid="old", msgstr="старое"))
    missing, left_over = messages.unmatched(found, entries)
    assert [message.text for message in missing] == ["fuzzy", "empty", "new"]
    assert [entry.msgid for entry in left_over] == ["old"]
    messages.add(missing, entries)
    assert [entry.msgid for entry in entries] == ["done", "fuzzy", "empty", "old", "new"]


# --- speaking ---


def test_russian_and_back():
    assert i18n.install("ru") == "ru"
    assert i18n._("it is a folder") == "это папка"
    assert i18n._("no such sentence") == "no such sentence"
    assert i18n.install("en") == "en"
    assert i18n._("it is a folder") == "it is a folder"


def test_a_language_without_translation_is_refused():
    with pytest.raises(ValueError, match="'fr'"):
        i18n.install("fr")


def test_no_language_means_the_systems(monkeypatch):
    monkeypatch.setenv("DIKTOVKA_LANGUAGE", "ru")
    assert i18n.install() == "ru"
    assert CYRILLIC.search(i18n._("it is a folder"))


def test_plural_forms(tmp_path, monkeypatch):
    source = polib.pofile(str(messages.CATALOGUE))
    entries = polib.POFile()
    entries.metadata = source.metadata
    entries.append(
        polib.POEntry(
            msgid="{n} file", msgid_plural="{n} files", msgstr_plural={0: "{n} файл", 1: "{n} файла", 2: "{n} файлов"}
        )
    )
    entries.save(str(tmp_path / "ru.po"))
    monkeypatch.setattr(i18n, "resource", lambda name: tmp_path / Path(name).name)
    said = {}
    for language in i18n.LANGUAGES:
        i18n.install(language)
        said[language] = [i18n.ngettext("{n} file", "{n} files", n).format(n=n) for n in (1, 2, 5, 11, 21)]
    assert said["en"] == ["1 file", "2 files", "5 files", "11 files", "21 files"]
    assert said["ru"] == ["1 файл", "2 файла", "5 файлов", "11 файлов", "21 файл"]


@pytest.mark.parametrize(
    ("environ", "language"),
    [
        ({}, "en"),
        ({"LANG": "ru_RU.UTF-8"}, "ru"),
        ({"LANG": "en_GB.UTF-8"}, "en"),
        ({"LANG": "de_DE.UTF-8"}, "en"),
        ({"LANG": "ru"}, "ru"),
        ({"LANG": "run_BI"}, "en"),
        ({"LANG": "ru_RU.UTF-8", "LC_MESSAGES": "en_US.UTF-8"}, "en"),
        ({"LANG": "en_US.UTF-8", "LC_ALL": "ru_RU.UTF-8", "LC_MESSAGES": "en_US.UTF-8"}, "ru"),
        ({"LANG": "ru_RU.UTF-8", "LC_ALL": ""}, "ru"),
        ({"LANG": "en_US.UTF-8", "LANGUAGE": "ru:en"}, "ru"),
        ({"LANG": "de_DE.UTF-8", "LANGUAGE": "de:ru:en"}, "ru"),
        ({"LC_ALL": "C.UTF-8", "LANG": "ru_RU.UTF-8", "LANGUAGE": "ru"}, "en"),
        ({"LANG": "ru_RU.UTF-8", "DIKTOVKA_LANGUAGE": "en"}, "en"),
        ({"LANG": "en_US.UTF-8", "DIKTOVKA_LANGUAGE": "ru"}, "ru"),
        ({"LANG": "ru_RU.UTF-8", "DIKTOVKA_LANGUAGE": "fr"}, "ru"),
    ],
)
def test_language_of_the_system(environ, language):
    assert i18n.system_language(environ, "linux") == language


@pytest.mark.parametrize(
    ("name", "language"), [("Russian_Russia", "ru"), ("ru_RU", "ru"), ("English_United States", "en"), (None, "en")]
)
def test_language_of_windows(name, language, monkeypatch):
    monkeypatch.setattr(i18n.locale, "getlocale", lambda: (name, "1251"))
    assert i18n.system_language({}, "win32") == language
    assert i18n.system_language({}, "linux") == "en"


# --- errors ---


def kinds(kind: type[DiktovkaError] = DiktovkaError) -> list[type[DiktovkaError]]:
    return [kind, *(below for child in kind.__subclasses__() for below in kinds(child))]


TREES = (engine.errors.__name__, trainer.errors.__name__, gui.core.errors.__name__)
KINDS = [kind for kind in kinds() if kind.__module__ in TREES and kind.template != "{reason}"]


@pytest.mark.parametrize("kind", KINDS)
def test_every_error_is_told_in_russian_with_its_fields(kind):
    i18n.install("ru")
    error = kind(**{name: f"<{name}>" for name in field_names(kind.template)})
    told = i18n.translate_error(error)
    assert len(CYRILLIC.findall(told)) > 10
    assert all(f"<{name}>" in told for name in error.fields)


def test_fields_are_not_taken_for_sentences():
    i18n.install("ru")
    assert i18n.translate_error(AudioNotFound(path="it is a folder")) == "Файла it is a folder нет. Проверьте имя."
    assert "{x}.wav" in i18n.translate_error(AudioNotFound(path="{x}.wav"))


@pytest.mark.parametrize(
    ("reason", "told"), [("it is a folder", "это папка"), ("Permission denied", "нет прав доступа"), ("E 5", "E 5")]
)
def test_known_reasons_are_translated(reason, told):
    i18n.install("ru")
    assert i18n.translate_error(AudioError(path="a.wav", reason=reason)).endswith(f"a.wav: {told}.")


def test_a_reason_that_is_an_error_itself():
    i18n.install("ru")
    error = CheckpointError(path="m", reason=MicrophoneLost())
    told = i18n.translate_error(error)
    assert "Микрофон перестал" in told
    assert [sentence[-2:] == ".." for sentence in (told, str(error))] == [False, False]


A_WEIGHT = CheckpointMismatch(path="/m", reason="the weight {weight} is missing", weight="output/{kernel}")


def test_what_the_sentence_does_not_name_stands_in_its_reason():
    assert str(A_WEIGHT).endswith("do not belong together: the weight output/{kernel} is missing.")
    i18n.install("ru")
    told = "Файлы модели в /m не подходят друг к\N{NO-BREAK SPACE}другу: нет весов output/{kernel}."
    assert i18n.translate_error(A_WEIGHT) == told
    assert i18n.translate_error(pickle.loads(pickle.dumps(A_WEIGHT))) == told
    assert i18n.translate_error(error_from_json(error_to_json(A_WEIGHT))) == told


@pytest.mark.parametrize(
    ("change", "told"),
    [
        ({"learning_rate": 0}, "Настройку learning_rate применить нельзя: значение должно быть больше нуля."),
        ({"warp": 0.5}, "Настройку warp применить нельзя: значение должно быть от 0 до 0,3."),
    ],
)
def test_why_a_setting_cannot_be_used_is_told_in_russian(change, told):
    i18n.install("ru")
    with pytest.raises(ConfigError) as refused:
        TrainConfig(**change)
    assert i18n.translate_error(refused.value) == told


def test_braces_in_what_a_library_says_are_left_alone():
    i18n.install("ru")
    assert i18n.translate_error(AudioError(path="a.wav", reason="no {path} in {")).endswith(": no {path} in {.")


def test_of_a_page_in_a_reason_the_first_line_is_told():
    i18n.install("ru")
    told = i18n.translate_error(CorpusError(path="c", reason="it is no table ({detail})", detail="line 1\nline 2"))
    assert told == "Корпус c использовать нельзя: это не таблица (line 1)."


def test_in_english_the_error_says_what_it_says():
    i18n.install("en")
    for error in (AudioError(path="a.wav", reason="it is a folder"), MicrophoneLost()):
        assert i18n.translate_error(error) == str(error)


def test_before_any_language_is_installed_english_is_spoken(monkeypatch):
    monkeypatch.setattr(i18n, "_catalogue", gettext.NullTranslations())
    assert i18n._("it is a folder") == "it is a folder"


# --- numbers ---


def test_numbers_are_written_as_the_language_does():
    i18n.install("en")
    assert (i18n.decimal(7.72, 1), i18n.decimal(0.5, 2), size_words(7_700_000)) == ("7.7", "0.50", "7.7 MB")
    i18n.install("ru")
    assert (i18n.decimal(7.72, 1), i18n.decimal(0.5, 2), size_words(7_700_000)) == ("7,7", "0,50", "7,7 МБ")
    assert (size_words(2_900_000_000), size_words(12_300)) == ("2,9 ГБ", "12 кБ")
    assert "свободно 0,4 ГБ" in i18n.translate_error(SpaceMissing(path="/x", free_gb=0.4, needed_gb=3.0))


def test_measures_of_a_recording_that_is_left_out():
    i18n.install("ru")
    assert detail_words(Reject("a.wav", TOO_SHORT, "0.45 s")) == "0,45 с"
    assert detail_words(Reject("a.wav", CLIPPED, "1.2%")) == "1,2 %"
    assert detail_words(Reject("a.wav", UNREADABLE, "libsndfile 1.2 says no")) == "libsndfile 1.2 says no"


@pytest.mark.parametrize(("language", "shown"), [("en", "0.001"), ("ru", "0,001")])
def test_numbers_in_fields(make_stage, qtbot, language, shown):
    make_stage(language=language)
    field = setting_field(float, 0.001)
    qtbot.addWidget(field)
    assert field.text() == shown
    for typed in ("0.25", "0,25"):
        field.clear()
        qtbot.keyClicks(field, typed)
        assert field.value() == 0.25


def test_the_curves_axis_in_russian(qapp):
    i18n.install("ru")
    assert Axis("left").tickStrings([0.5, 1.5], 1.0, 0.5) == ["0,5", "1,5"]


# --- what libraries say ---


def test_a_page_of_reasons_is_one_sentence(caplog):
    i18n.install("en")
    page = "\n2 root error(s) found.\n  (0) INVALID_ARGUMENT: shapes\n  (1) INVALID_ARGUMENT: shapes\n"
    told = problem_words(RuntimeError(page))
    assert told == "Something unexpected happened: 2 root error(s) found. The log has the details."
    told = problem_words(EngineError(reason=f"InternalError: {page.strip()}"))
    assert told == "The recognition failed: InternalError: 2 root error(s) found. The recording is kept; try again."
    assert caplog.text.count("(1) INVALID_ARGUMENT") == 2
    assert len(problem_words(RuntimeError("слово " * 1000))) < 300
