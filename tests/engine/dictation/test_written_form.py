"""Own words in the person's spelling, and numbers, with the times and the other readings of what was said."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.dictation.apply_commands import Dictation, joined
from engine.dictation.own_spelling import OwnSpelling
from engine.dictation.spoken_commands import NOTHING_SPOKEN, Spoken
from engine.dictation.written_form import WrittenForm
from engine.events import Segment, Word
from engine.text_marks import NO_BREAK
from engine.transcript.document import Document

OWN = {
    "яндекс": "Яндекс",
    "айфон": "iPhone",
    "ооо ромашка": "ООО «Ромашка»",
    "ооо": "ООО",
    "мария луиза": "Мария-Луиза",
    "эм эс ворд": "MS Word",
    "джипити": "Chat GPT 5",
    "кьют шесть": "Qt 6",
    "фёдор": "Фёдор",
    "тома": "Тома",
    "нижний новгород": "Нижний Новгород",
    "яндекс плюс": "«Яндекс Плюс»",
    "москва сити": "«Москва-Сити»",
}
SPELLING = OwnSpelling(OWN.items())


def said(text: str, start_s: float = 0.0) -> Segment:
    words = tuple(Word(word, start_s + i, start_s + i + 0.9, 0.8) for i, word in enumerate(text.split()))
    return Segment(start_s, start_s + len(words), words)


def dictation(text: str, **wanted) -> Dictation:
    made = Dictation(Spoken(spelling=SPELLING, **wanted))
    made.add(said(text))
    return made


@pytest.mark.parametrize(
    ("text", "written"),
    [
        ("поиск в яндекс точка", "Поиск в Яндекс."),
        ("айфон и яндекс точка айфон", "iPhone и Яндекс. iPhone"),
        ("ооо ромашка и ооо", "ООО «Ромашка» и ООО"),
        ("пришла мария луиза запятая федор", "пришла Мария-Луиза, Фёдор"),
        ("в эм эс ворд запятая в джипити", "в MS Word, в Chat GPT 5"),
        ("кьют шесть стоит двадцать пять рублей", "Qt 6 стоит 25 рублей"),
        ("с большой буквы айфон", "iPhone"),
        ("верь яндексу но не яндексия", "верь Яндексу но не яндексия"),
        ("марии луизе запятая федора запятая в ооо ромашка", "Марии-Луизе, Фёдора, в ООО «Ромашка»"),
        ("нашел в нижнем новгороде три айфона", "нашел в Нижнем Новгороде три iPhone"),
        ("в эм эс ворде и ооох", "в MS Word и ооох"),
        ("к тому же тома", "к тому же Тома"),
        ("у яндекс плюса", "у «Яндекс Плюса»"),
        ("для москва сити и москвы сити", "для «Москва-Сити» и «Москвы-Сити»"),
    ],
)
def test_own_words_are_spelled_as_the_person_spells_them(text, written):
    assert joined(dictation(text, digits=True).segments) == written


def test_they_are_spelled_so_where_no_commands_count():
    made = Dictation(Spoken(NOTHING_SPOKEN.off, capitals=False, spelling=SPELLING))
    made.add(said("яндекс точка айфон"))
    assert joined(made.segments) == "Яндекс точка iPhone"


@pytest.mark.parametrize(
    ("text", "spoken"),
    [
        ("Купил iPhone, а Мария-Луиза — Qt 6!", "купил айфон а мария луиза кьют шесть"),
        ("ООО «Ромашка» и Фёдор", "ооо ромашка и фёдор"),
        ("без своих", "без своих"),
    ],
)
def test_what_is_said_where_own_words_stand(text, spoken):
    assert SPELLING.said(text) == spoken


def test_each_written_word_has_its_time_and_what_was_said():
    (segment,) = dictation("в эм эс ворд ооо ромашка мария луиза джипити").segments
    assert [(word.text, round(word.start_s, 2), round(word.end_s, 2), word.plain) for word in segment.words] == [
        ("в", 0.0, 0.9, None),
        ("MS", 1.0, 1.97, "эм"),
        ("Word", 1.97, 3.9, "эс ворд"),
        ("ООО", 4.0, 4.9, "ооо"),
        ("«Ромашка»", 5.0, 5.9, "ромашка"),
        ("Мария-Луиза", 6.0, 7.9, "мария луиза"),
        ("Chat", 8.0, 8.45, "джипити"),
        ("GPT", 8.45, 8.79, ""),
        ("5", 8.79, 8.9, ""),
    ]
    assert [word.text for word in segment.heard] == [
        "в",
        "эм",
        "эс",
        "ворд",
        "ооо",
        "ромашка",
        "мария",
        "луиза",
        "джипити",
    ]


def test_other_readings_are_written_in_the_same_way_and_the_last_is_what_was_said():
    words = (
        Word("двадцать", 0, 1, 0.5, ("тридцать",)),
        Word("пять", 1, 2, 0.9, ("шесть", "пять раз")),
        Word("яндек", 2, 3, 0.4, ("яндекс", "индекс")),
    )
    number, name = (word for group in WrittenForm(SPELLING, digits=True).groups(words) for word in group.written)
    assert (number.text, number.confidence, number.plain) == ("25", 0.5, "двадцать пять")
    assert number.alternatives == ("35", "26", "25 раз", "двадцать пять")
    assert (name.text, name.alternatives) == ("яндек", ("Яндекс", "индекс"))


def test_no_number_goes_on_behind_the_end_of_a_sentence():
    words = said("было двадцать пять ушло").words
    texts = [
        [word.text for group in WrittenForm(digits=True).groups(words, ends) for word in group.written]
        for ends in ((), (1,))
    ]
    assert texts == [["было", "25", "ушло"], ["было", "20", "пять", "ушло"]]


def test_a_number_with_a_no_break_space_is_one_word_of_the_document():
    made = dictation("цена двадцать пять тысяч рублей или пять процентов точка", digits=True)
    document = Document.of(made.segments, "a.wav", 20.0, "m", is_dictation=True)
    assert document.text == f"Цена 25{NO_BREAK}000 рублей или 5{NO_BREAK}%."
    assert [word.text for word in document.words] == ["Цена", f"25{NO_BREAK}000", "рублей", "или", f"5{NO_BREAK}%."]
    assert not document.is_edited
    assert Document.from_json(document.to_json()) == document
    edited = document.edited(document.text.replace("рублей", "долларов"))
    assert [(word.text, word.start_s) for word in edited.words][1:3] == [(f"25{NO_BREAK}000", 1.0), ("долларов", 4.0)]


@given(st.lists(st.sampled_from([*" ".join(OWN).split(), "двадцать", "пять", "точка", "и"]), max_size=10))
def test_no_word_is_lost_from_what_was_said(words):
    (segment,) = dictation(" ".join(words), digits=True).segments
    assert [word.text for word in segment.heard] == words
    times = [time for word in segment.words for time in (word.start_s, word.end_s)]
    assert times == sorted(times)
