"""Spoken commands: found in what was heard, and carried out."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.decode.language_model import load_language_model
from engine.dictation.apply_commands import LONG_PARAGRAPH, Dictation, dictated, joined, paragraphs
from engine.dictation.spoken_commands import COMMANDS, NOTHING_SPOKEN, Kind, Spoken, acts, is_nearly
from engine.events import Final, Finished, Progress, Provisional, Revised, Segment, Word
from engine.paths import shipped_language_model
from engine.transcript.document import Document
from engine.transcript.subtitles import cues

PHRASES = [command.phrase for command in COMMANDS]


def segment(text: str, start_s: float = 0.0) -> Segment:
    words = tuple(Word(word, start_s + i, start_s + i + 0.9, 0.8) for i, word in enumerate(text.split()))
    return Segment(start_s, start_s + len(words), words)


def written(*breaths: str, **wanted) -> str:
    """What is written of some stretches of speech with pauses between them."""
    dictation = Dictation(Spoken(**wanted))
    for number, text in enumerate(breaths):
        dictation.add(segment(text, 100.0 * number))
    return joined(dictation.segments)


@pytest.mark.parametrize(
    ("breaths", "text"),
    [
        (["привет запятая мир восклицательный знак"], "Привет, мир!"),
        (["как дела вопросительный знак хорошо точка"], "Как дела? Хорошо."),
        (["привет мир", "точка", "как дела"], "Привет мир. Как дела"),
        (["он сказал двоеточие да точка с запятой нет"], "он сказал: да; нет"),
        (["москва тире столица точка"], "Москва — столица."),
        (["раз точка новая строка два"], "Раз.\nДва"),
        (["раз", "новый абзац", "два"], "раз\n\nДва"),
        (["раз запятая новая строка два"], "раз,\nдва"),
        (["раз запятая", "новая строка", "два"], "раз,\nдва"),
        (["новая строка новый абзац раз"], "Раз"),
        (["меня зовут с большой буквы антон"], "меня зовут Антон"),
        (["зовут с большой буквы", "антон"], "зовут Антон"),
        (["раз два удали последнее слово три"], "раз три"),
        (["раз два", "удали последнее слово", "три"], "раз три"),
        (["раз точка удали последнее слово два точка"], "Два."),
        (["раз два", "отмени"], ""),
        (["раз", "два", "отмени"], "раз"),
        (["раз точка отмени"], "раз"),
        (["раз точка", "отмени", "отмени"], ""),
        (["раз удали последнее слово", "отмени"], "раз"),
        (["отмени", "удали последнее слово", "раз"], "раз"),
        (["точка"], "."),
        (["раз", "отмени точка"], "."),
        (["так многоточие вот"], "Так… Вот"),
        (["газета кавычки открываются труд кавычки закрываются вышла"], "газета «труд» вышла"),
        (["он сказал кавычки открываются да запятая кавычки закрываются и ушёл точка"], "Он сказал «да», и ушёл."),
        (["кавычки открываются раз точка кавычки закрываются два"], "«Раз». Два"),
        (["кавычки открываются кто там вопросительный знак кавычки закрываются"], "«Кто там?»"),
        (["кавычки открываются", "раз", "кавычки закрываются", "точка"], "«Раз»."),
        (["раз кавычки открываются удали последнее слово два"], "раз два"),
        (["раз кавычки открываются", "отмени", "два"], "раз два"),
        (["с большой буквы кавычки открываются антон кавычки закрываются"], "«Антон»"),
    ],
)
def test_said_and_written(breaths, text):
    assert written(*breaths) == text


@pytest.mark.parametrize("words", ["моя точка зрения", "отмени встречу", "новая строчка", "знак вопроса", "тирема"])
def test_ordinary_words_stay(words):
    assert written(words) == words


def test_a_long_command_word_may_have_a_wrong_letter_and_a_short_one_may_not():
    assert written("раз вопросительны знак") == "Раз?"
    assert written("раз васклицательный знак") == "Раз!"
    assert written("почка дочка тачка запятой двоеточия") == "почка дочка тачка запятой двоеточия"


@pytest.mark.parametrize("command", COMMANDS, ids=lambda command: command.name)
def test_each_can_be_switched_off(command):
    assert written(f"слово {command.phrase}") != f"слово {command.phrase}"
    off = frozenset((command.name, "full_stop")) if command.name == "semicolon" else frozenset((command.name,))
    assert written(f"слово {command.phrase}", off=off) == f"слово {command.phrase}"


def test_capitals_and_digits_can_be_switched():
    assert written("раз точка два", capitals=False) == "раз. два"
    assert written("двадцать пять рублей точка", digits=True) == "25 рублей."
    assert written("двадцать пять рублей точка", digits=False) == "Двадцать пять рублей."


def test_without_any_command_the_text_is_as_it_was_heard():
    dictation = Dictation(Spoken())
    (made,) = dictation.add(segment("просто слова без всего"))
    assert made == Final(segment("просто слова без всего"))


def test_the_longest_command_counts():
    (act,) = acts(segment("точка с запятой").words, Spoken().commands)
    assert act.command.name == "semicolon"


def test_an_earlier_segment_is_revised_and_keeps_its_words():
    first, second = segment("привет мир"), segment("точка", 10.0)
    events = list(dictated([Final(first), Final(second), Finished(11.0, (first, second))], Spoken()))
    (revised,) = [event for event in events if isinstance(event, Revised)]
    assert (revised.before.text, revised.after.text) == ("привет мир", "Привет мир.")
    assert [word.start_s for word in revised.after.words] == [word.start_s for word in first.words]
    assert revised.after.heard == first.words
    assert [found.text for found in events[-1].segments] == ["Привет мир.", ""]
    assert [found.heard for found in events[-1].segments] == [first.words, second.words]


def test_what_is_not_said_to_its_end_is_shown_as_it_will_be_written():
    said = [Final(segment("раз точка")), Provisional(segment("два запятая")), Progress(1.0, None)]
    events = list(dictated(said, Spoken()))
    assert [event.segment.text for event in events[:2]] == ["Раз.", "Два,"]
    assert events[2] == Progress(1.0, None)


def test_nothing_is_done_where_nothing_is_wanted():
    said = "привет точка двадцать пять новая строка отмени"
    assert [event.segment.text for event in dictated([Final(segment(said))], NOTHING_SPOKEN)] == [said]


def test_the_document_has_what_was_written_and_what_was_heard():
    dictation = Dictation(Spoken())
    for number, said in enumerate(("привет запятая мир", "точка", "как дела вопросительный знак")):
        dictation.add(segment(said, 10.0 * number))
    document = Document.of(dictation.segments, "a.wav", 40.0, "m", is_dictation=True)
    assert document.text == "Привет, мир. Как дела?"
    again = Document.from_json(document.to_json())
    spoken = [" ".join(word.text for word in found.raw) for found in again.heard]
    assert spoken == ["привет запятая мир точка", "как дела вопросительный знак"]
    assert [word.text for word in again.words] == ["Привет,", "мир.", "Как", "дела?"]
    assert [word.start_s for word in again.words] == [0.0, 2.0, 20.0, 21.0]
    assert {word.confidence for word in again.words} == {0.8}


def as_dictated(*breaths: str) -> Document:
    dictation = Dictation(Spoken())
    for number, said in enumerate(breaths):
        dictation.add(segment(said, 10.0 * number))
    return Document.of(dictation.segments, "a.wav", 10.0 * len(breaths), "m", is_dictation=True)


@pytest.mark.parametrize(
    ("breaths", "text"),
    [
        (
            ["привет запятая", "как дела точка", "новый абзац сегодня хорошо точка"],
            "Привет, как дела.\n\nСегодня хорошо.",
        ),
        (["раз", "новая строка", "два", "новый абзац", "три"], "раз\nДва\n\nТри"),
        (["раз новый абзац два"], "раз\n\nДва"),
        (["новый абзац раз", "точка", "два"], "Раз. Два"),
        (["просто", "слова"], "просто слова"),
    ],
)
def test_a_dictation_has_the_lines_that_were_asked_for_and_keeps_them(breaths, text):
    document = as_dictated(*breaths)
    assert document.text == text
    assert document.segments == document.heard
    told = document.to_json()
    assert "heard" not in json.loads(told)
    again = Document.from_json(told)
    assert (again.text, again.is_dictation, again.words) == (text, True, document.words)
    assert paragraphs(again.heard) == text  # a file that is gone on with


def test_corrections_of_a_dictation_stay_in_its_breaths():
    document = as_dictated("привет запятая как тела точка", "новый абзац пока", "всё")
    edited = document.edited("Привет,\nкак дела. Ну\n\nпока! Всё")
    assert [" ".join(word.text for word in found.words) for found in edited.segments] == [
        "Привет, как дела. Ну",
        "пока!",
        "Всё",
    ]
    again = Document.from_json(edited.to_json())
    assert (again.text, again.segments) == (edited.text, edited.segments)
    assert [found["text"] for found in json.loads(edited.to_json())["heard"]] == ["Привет, как тела.", "Пока", "всё"]


def test_a_dictation_that_was_kept_with_a_line_for_each_breath_stays_so():
    """As the history wrote it before documents knew what a dictation is."""
    told = json.loads(as_dictated("привет запятая", "как дела точка", "новый абзац пока").to_json())
    del told["dictation"]
    old = Document.from_json(json.dumps(told | {"text": "Привет,\nкак дела.\nПока"}))
    assert old.text == "Привет,\nкак дела.\nПока"
    assert old.segments == old.heard
    joined_by_hand = old.edited("Привет, как дела.\nПока")
    assert [found.text for found in joined_by_hand.segments] == ["Привет, как дела.", "Пока"]
    assert Document.from_json(joined_by_hand.to_json()) == joined_by_hand


def test_stretches_without_a_word_in_the_file_of_a_dictation():
    told = json.loads(as_dictated("раз", "два").to_json())
    told["segments"].insert(0, {"start_s": 0, "end_s": 0, "text": "", "words": []})
    again = Document.from_json(json.dumps(told))
    assert [found.text for found in again.segments] == ["раз", "два"]
    assert [found.text for found in again.edited("раз тва").segments] == ["раз", "тва"]


def test_subtitles_of_a_dictation_follow_its_breaths():
    document = as_dictated("привет запятая", "как тела точка", "новый абзац пока")
    edited = document.edited(document.text.replace("тела", "дела"))
    shown = [(cue.start_ms, cue.lines) for cue in cues(edited.segments)]
    assert shown == [(0, ("Привет,",)), (10_000, ("как дела.",)), (22_000, ("Пока",))]


def test_a_long_paragraph_ends_at_a_pause():
    line = "слово " * (LONG_PARAGRAPH // 6) + "слово"
    assert as_dictated(line, "и", "новый абзац да").text == f"{line}\nи\n\nДа"
    assert as_dictated(line, "новый абзац да").text == f"{line}\n\nДа"


def test_a_written_word_has_the_time_of_what_it_was_said_with():
    dictation = Dictation(Spoken(digits=True))
    dictation.add(segment("цена двадцать пять тире сто двоеточие да"))
    (made,) = dictation.segments
    assert [(word.text, word.start_s, word.end_s) for word in made.words] == [
        ("цена", 0.0, 0.9),
        ("25", 1.0, 2.9),
        ("—", 3.0, 3.9),
        ("100:", 4.0, 4.9),
        ("да", 6.0, 6.9),
    ]


@given(st.lists(st.sampled_from([*PHRASES, "слово", "другое", "двадцать", "пять"]), max_size=12), st.booleans())
def test_whatever_is_said_no_word_is_lost_from_what_was_heard(said, digits):
    dictation = Dictation(Spoken(digits=digits))
    for number, text in enumerate(said):
        guess = dictation.guess(segment(text, 10.0 * number))
        made = dictation.add(segment(text, 10.0 * number))
        assert made[-1].segment == guess
    assert [" ".join(word.text for word in found.heard) for found in dictation.segments] == said
    text = joined(dictation.segments)
    assert "  " not in text
    assert not text.startswith((" ", "\n"))
    if not any(phrase in PHRASES for phrase in said) and not digits:
        assert text == " ".join(said)


def test_every_word_of_a_command_is_known_to_the_shipped_language_model():
    known = set(load_language_model(shipped_language_model()).words)
    assert [word for command in COMMANDS for word in command.words if word not in known] == []


def test_nearly_the_same():
    assert is_nearly("буква", "буква")
    assert is_nearly("буква", "буквы")
    assert is_nearly("буква", "бува")
    assert is_nearly("бува", "буква")
    assert is_nearly("", "а")
    assert not is_nearly("буква", "буквами")
    assert not is_nearly("абв", "бва")


def test_names_and_phrases_are_unique_and_every_kind_is_there():
    assert len({command.name for command in COMMANDS}) == len({command.phrase for command in COMMANDS}) == len(COMMANDS)
    assert {command.kind for command in COMMANDS} == set(Kind)
