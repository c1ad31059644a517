"""What is written where a model puts the marks, and how that goes with what was said about the text."""

from itertools import chain

import pytest

from engine.dictation.apply_commands import LONG_PARAGRAPH, Dictation, dictated, paragraphs, put_behind
from engine.dictation.spoken_commands import NOTHING_SPOKEN, Spoken
from engine.events import Final, Finished, Provisional, Revised, Segment, Word
from engine.transcript.document import Document
from engine.transcript.punctuate import punctuated
from engine.transcript.spoken_words import said_in
from tests.helpers.punctuation import ByHeart


def breath(text: str, start_s: float = 0.0) -> Segment:
    """A word every half second, a tenth of that a pause."""
    times = [start_s + 0.5 * i for i in range(len(text.split()))]
    words = tuple(Word(word, at, at + 0.4, 0.9) for word, at in zip(text.split(), times, strict=True))
    return Segment(start_s, times[-1] + 0.4, words)


def breaths(*texts: str, pause_s: float = 1.0) -> list[Segment]:
    made, at = [], 0.0
    for text in texts:
        made.append(breath(text, at))
        at = made[-1].end_s + pause_s
    return made


def written(said: list[Segment], marks: str, spoken: Spoken = NOTHING_SPOKEN) -> str:
    return Document.of(_read(said, marks, spoken), is_dictation=True).text


def _read(said: list[Segment], marks: str, spoken: Spoken = NOTHING_SPOKEN) -> tuple[Segment, ...]:
    events = [*map(Final, said), Finished(said[-1].end_s, tuple(said))]
    *_, finished = dictated(events, spoken, ByHeart(marks))
    return finished.segments


@pytest.mark.parametrize(
    ("said", "marks", "wanted"),
    [
        (["привет как у тебя дела"], "привет, дела?", "Привет, как у тебя дела?"),
        (["он живёт в москве", "я тоже"], "Москве.", "Он живёт в Москве. Я тоже."),
        (["я видел что", "он пришёл"], "видел,", "Я видел, что он пришёл."),
        (["это сша и ес"], "США ЕС", "Это США и ЕС."),
        (["москва столица россии"], "Москва — России", "Москва — столица России."),
        (["кто то пришёл"], "кто-", "Кто-то пришёл."),
        (["иди", "сюда"], "иди! сюда!", "Иди! Сюда!"),
        (["кто", "то пришёл"], "кто-", "Кто то пришёл."),  # not over a pause
    ],
)
def test_sentences_go_on_across_pauses(said, marks, wanted):
    assert written(breaths(*said), marks) == wanted


def test_the_last_mark_waits_for_what_is_said_next():
    dictation, (first, second) = Dictation(NOTHING_SPOKEN, ByHeart("дела? хорошо.")), breaths("как дела", "хорошо")

    assert dictation.add(first)[-1].segment.text == "Как дела"
    assert [type(event) for event in dictation.add(second)] == [Revised, Final]
    assert [segment.text for segment in dictation.segments] == ["Как дела?", "Хорошо"]
    assert [event.after.text for event in dictation.finish()] == ["Хорошо."]
    assert dictation.finish() == []


def test_what_is_settled_stays():
    marks = ByHeart("один, два, четыре, пять,")
    dictation, said = Dictation(NOTHING_SPOKEN, marks), breaths("один два три четыре пять шесть семь восемь", "девять")
    dictation.add(said[0])
    marks.forget()
    dictation.add(said[1])

    assert dictation.segments[0].text == "Один, два, три четыре, пять шесть семь восемь"


def test_provisional_text_is_punctuated_and_settles_nothing():
    said = breaths("ну вот", "пришли все")
    marks = ByHeart("вот.")
    events = list(dictated([Final(said[0]), Provisional(said[1]), Final(said[0])], NOTHING_SPOKEN, marks))

    assert [event.segment.text for event in events if isinstance(event, Provisional)] == ["Пришли все"]


@pytest.mark.parametrize(
    ("said", "marks", "wanted"),
    [
        (["мама запятая папа"], "мама.", "Мама, папа."),
        (["всё точка"], "всё!", "Всё."),
        (["всё", "точка идём"], "всё,", "Всё. Идём."),
        (["ответь вопросительный знак я жду"], "ответь,", "Ответь? Я жду."),
        (["дом тире крепость"], "дом,", "Дом — крепость."),
        (["добрый день новая строка пишу вам снова"], "снова.", "Добрый день\nПишу вам снова."),
        (["я уже дома сижу новая строка пишу"], "", "Я уже дома сижу.\nПишу."),
        (["он удали последнее слово она"], "он,", "Она."),
        (["дом стоит удали последнее слово"], "дом — стоит", "Дом."),
    ],
)
def test_what_was_said_about_the_text_wins(said, marks, wanted):
    assert written(breaths(*said), marks, Spoken()) == wanted


def test_a_dash_goes_with_the_word_that_is_deleted():
    assert written(breaths("наш дом удали последнее слово сад"), "дом —", Spoken()) == "Наш сад."


def test_numbers_as_digits_keep_the_mark_behind_them():
    said = breaths("их было двадцать пять а стало сто")

    assert written(said, "пять, двадцать, сто.", Spoken(digits=True)) == "Их было 25, а стало 100."


def test_a_long_pause_after_a_sentence_begins_a_paragraph_once_enough_was_said():
    sentence = "в этой длинной фразе много слов потому что абзац короче трёхсот букв никому не нужен вообще"
    marks = "вообще. слов,"
    said = breaths(*[sentence] * 5, pause_s=3.0)
    short = breaths(*[sentence] * 5, pause_s=1.0)
    unmarked = breaths(*[sentence] * 5, pause_s=3.0)

    assert [line.count("вообще.") for line in written(said, marks).split("\n")] == [4, 1]
    assert written(short, marks).count("\n") == 0
    assert written(unmarked, "слов,").count("\n") == 0


def test_what_was_recognised_is_kept_beside_what_is_written():
    said = breaths("привет кто то пришёл")
    (segment,) = _read(said, "Привет, кто-")

    assert [(word.text, word.plain, word.mark) for word in segment.words] == [
        ("Привет,", "привет", ","),
        ("кто-то", "кто то", ""),
        ("пришёл.", "пришёл", "."),
    ]
    assert segment.heard == said[0].words
    assert segment.words[1].start_s == said[0].words[1].start_s
    assert segment.words[1].end_s == said[0].words[2].end_s


def test_alternatives_are_written_as_the_word_is():
    word = Word("москву", 0.0, 0.5, 0.5, ("маскву",))
    (segment,) = _read([Segment(0.0, 0.5, (word,))], "Москву.")

    assert segment.words[0].alternatives == ("Маскву.",)


def test_a_voice_is_taught_the_words_without_marks():
    said = breaths("это дом", "он стоит тут")
    document = Document.of(_read(said, "дом — дом. стоит,"), is_dictation=True)

    for line, heard in zip(document.segments, said, strict=True):
        assert [word.text for word in said_in(document, line)] == [word.text for word in heard.words]


def test_json_keeps_plain_word_written_form_and_mark():
    document = Document.of(_read(breaths("москва столица", "как же"), "Москва — столица. же?"), is_dictation=True)

    assert Document.from_json(document.to_json()) == document
    assert '"plain": "москва"' in document.to_json()
    assert '"mark": "?"' in document.to_json()


def test_text_as_it_stands_on_the_page_is_that_of_the_document():
    segments = _read(breaths("он пришёл", "она ушла"), "пришёл, ушла.")

    assert paragraphs(segments) == Document.of(segments, is_dictation=True).text
    assert list(chain.from_iterable(s.text.split() for s in segments)) == ["Он", "пришёл,", "она", "ушла."]


def test_a_transcript_of_before_is_punctuated_as_it_stands():
    plain = Document.of(breaths("привет как дела", "у меня хорошо"), "a.wav", 9.0, "m").edited(
        "Привет, как дела\nу меня отлично"
    )
    document = punctuated(plain, ByHeart("привет. дела? Отлично!"))

    assert document.text == "Привет, как дела? У меня Отлично!"
    assert [word.start_s for word in document.words] == [word.start_s for word in plain.words]
    assert not document.is_edited
    assert punctuated(document, ByHeart("как,")) == document


def test_lines_that_were_dictated_stay_when_the_text_is_punctuated():
    plain = Document.of(breaths("один два", "три"), is_dictation=True).edited("один\n\nдва три")

    assert punctuated(plain, ByHeart("")).text == "Один\n\nДва три."


@pytest.mark.parametrize(
    ("line", "is_parted"),
    [("а" * LONG_PARAGRAPH, True), ("Да. " + "а" * LONG_PARAGRAPH, False), ("а" * LONG_PARAGRAPH + ".", True)],
)
def test_a_long_paragraph_ends_with_its_sentence(line, is_parted):
    assert put_behind(line, "да").startswith("\n") == is_parted
