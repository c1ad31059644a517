"""Spoken commands of a dictation: marks, new lines, «удали последнее слово».

A command is a phrase of consecutive words. In a word of eleven letters or more one letter may be wrong, missing or
added, to allow for recognition errors; shorter words are too similar to others («дочка», «почка») or to their own
cases («двоеточия», «многоточия»).
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import Enum, auto

from engine.dictation.own_spelling import NO_OWN_SPELLING, OwnSpelling
from engine.events import Word
from engine.text_marks import N_, fold_yo

LONG_WORD = 11  # letters; `scripts/benchmarks/spoken_commands.py` counts the false commands


class Kind(Enum):
    """What a command does to the text."""

    MARK = auto()  # joined to the word before it
    DASH = auto()  # stands between two words
    OPENING_QUOTE = auto()  # joined to the word after it
    CLOSING_QUOTE = auto()
    BREAK = auto()
    CAPITAL = auto()
    DELETE_WORD = auto()
    UNDO = auto()


@dataclass(frozen=True)
class Command:
    """name: in the settings; phrase: spoken, lower case; meaning: to be translated; text: what it writes.

    not_before: following words that make the phrase ordinary text. alone: only at the end of a breath or before another
    command.
    """

    name: str
    phrase: str
    meaning: str
    kind: Kind
    text: str = ""
    not_before: frozenset[str] = frozenset()
    alone: bool = False

    @property
    def words(self) -> tuple[str, ...]:
        """The words of the phrase, with `ё` as `е`."""
        return tuple(fold_yo(self.phrase).split())


COMMANDS = (
    Command(
        "full_stop",
        "точка",
        N_("a full stop; the next word gets a capital letter"),
        Kind.MARK,
        ".",
        frozenset(
            (
                "зрения",
                "опоры",
                "отсчета",
                "кипения",
                "плавления",
                "замерзания",
                "касания",
                "пересечения",
                "отправления",
                "сбыта",
            )
        ),
    ),
    Command("comma", "запятая", N_("a comma"), Kind.MARK, ","),
    Command("question_mark", "вопросительный знак", N_("a question mark"), Kind.MARK, "?"),
    Command("exclamation_mark", "восклицательный знак", N_("an exclamation mark"), Kind.MARK, "!"),
    Command("semicolon", "точка с запятой", N_("a semicolon"), Kind.MARK, ";"),
    Command("colon", "двоеточие", N_("a colon"), Kind.MARK, ":"),
    Command("dash", "тире", N_("a dash"), Kind.DASH, "—"),
    Command("ellipsis", "многоточие", N_("an ellipsis"), Kind.MARK, "…"),
    Command("opening_quote", "кавычки открываются", N_("an opening quotation mark"), Kind.OPENING_QUOTE, "«"),
    Command("closing_quote", "кавычки закрываются", N_("a closing quotation mark"), Kind.CLOSING_QUOTE, "»"),
    Command("new_line", "новая строка", N_("a new line"), Kind.BREAK, "\n"),
    Command("new_paragraph", "новый абзац", N_("a new paragraph, after an empty line"), Kind.BREAK, "\n\n"),
    Command("capital_letter", "с большой буквы", N_("the next word gets a capital letter"), Kind.CAPITAL),
    Command("delete_word", "удали последнее слово", N_("the last word is taken away"), Kind.DELETE_WORD),
    Command("undo", "отмени", N_("what was said last, or the last command, is taken back"), Kind.UNDO, alone=True),
)


@dataclass(frozen=True)
class Spoken:
    """How spoken words are written. off: names of the COMMANDS that are switched off.

    capitals: sentences that end with a spoken mark, and what follows them, begin with a capital letter.
    digits: numbers as digits, see engine.dictation.numbers. spelling: of the person's own words.
    """

    off: frozenset[str] = frozenset()
    capitals: bool = True
    digits: bool = False
    spelling: OwnSpelling = NO_OWN_SPELLING

    @property
    def commands(self) -> tuple[Command, ...]:
        """The commands that are on, the longest first."""
        switched_on = (command for command in COMMANDS if command.name not in self.off)
        return tuple(sorted(switched_on, key=lambda command: len(command.words), reverse=True))

    @property
    def phrases(self) -> tuple[str, ...]:
        """The phrases of the commands that are not switched off."""
        return tuple(command.phrase for command in COMMANDS if command.name not in self.off)


NOTHING_SPOKEN = Spoken(off=frozenset(command.name for command in COMMANDS), capitals=False)


@dataclass(frozen=True)
class Act:
    """Consecutive words, or one command (then `words` are its spoken words)."""

    words: tuple[Word, ...]
    command: Command | None = None


def acts(words: Sequence[Word], commands: Sequence[Command]) -> list[Act]:
    """The recognised words of one breath, split into commands and the words between them. commands: longest first."""
    folded = [fold_yo(word.text.lower()) for word in words]
    result: list[Act] = []
    plain: list[Word] = []
    index = 0
    while index < len(words):
        command = next(_matching(folded, index, commands), None)
        if command is None:
            plain.append(words[index])
            index += 1
            continue
        if plain:
            result.append(Act(tuple(plain)))
            plain = []
        n = len(command.words)
        result.append(Act(tuple(words[index : index + n]), command))
        index += n
    return [*result, Act(tuple(plain))] if plain else result


def _matching(words: Sequence[str], index: int, commands: Sequence[Command]) -> Iterator[Command]:
    for command in commands:
        end = index + len(command.words)
        following = words[end] if end < len(words) else None
        if end > len(words) or not all(map(_is_said, words[index:end], command.words)):
            continue
        if following in command.not_before:
            continue
        if command.alone and following is not None and next(_matching(words, end, commands), None) is None:
            continue
        yield command


def _is_said(word: str, command_word: str) -> bool:
    return word == command_word or (len(command_word) >= LONG_WORD and is_nearly(word, command_word))


def is_nearly(first: str, second: str) -> bool:
    """Whether the Levenshtein distance is at most 1."""
    from rapidfuzz.distance import Levenshtein  # the window imports this module before it is shown

    return Levenshtein.distance(first, second, score_cutoff=1) <= 1
