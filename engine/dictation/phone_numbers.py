"""Telephone numbers and digits spoken one by one, grouped as usual in Russian: 8 916 123-45-67."""

from collections.abc import Sequence

from engine.dictation.number_tokens import Match, Token, merged, number_at, word_at
from engine.dictation.numerals import listed
from engine.text_marks import NO_BREAK

_CODES = frozenset(listed("код кода коду кодом коде пин пинкод пароль пароля индекс индекса"))
_TELEPHONE = frozenset(listed("телефон телефона телефону телефоном телефоне"))
_MOBILE = [3, 3, 2, 2]
_CITY = [3, 2, 2]
_SHORTEST = 3  # digits of a telephone number
_LONG_RUN = 3  # digits spoken one by one


def phone_numbers(tokens: Sequence[Token], index: int) -> Match | None:
    """A run of numbers that form a telephone number, a code, or a sequence of digits."""
    has_plus = word_at(tokens, index) == "плюс"
    run = _run(tokens, index + has_plus)
    if len(run) < 2:
        return None
    groups = _with_noughts(run)
    label = word_at(tokens, index - 1)
    text = _as_phone(groups, has_plus, label in _TELEPHONE)
    if text is None and has_plus:
        return None
    if text is None and label == "раз":  # «раз два три»
        return len(run), run
    if text is None and label in _CODES:
        text = "".join(groups)
    if text is not None:
        n = has_plus + len(run)
        return n, [merged(tokens[index : index + n], text=text)]
    return len(run), _one_by_one(run)


def _run(tokens: Sequence[Token], index: int) -> Sequence[Token]:
    """Consecutive cardinals below a thousand."""
    end = index
    while (token := number_at(tokens, end)) and token.value < 1000 and token.scale == 1 and token.is_upright:
        end += 1
    return tokens[index:end]


def _with_noughts(run: Sequence[Token]) -> list[str]:
    """The digits of each number; «ноль пять» is one number, 05."""
    groups: list[str] = []
    for token in run:
        if groups and groups[-1] == "0" and token.value < 10:
            groups[-1] += str(token.value)
        else:
            groups.append(str(token.value))
    return groups


def _as_phone(groups: Sequence[str], has_plus: bool, is_named: bool) -> str | None:
    digits, lengths = "".join(groups), [len(group) for group in groups]
    if len(digits) == 11 and digits[0] == ("7" if has_plus else "8"):
        first = "+7" if has_plus else "8"
        return NO_BREAK.join((first, digits[1:4], _grouped(digits[4:])))
    if has_plus:
        return None
    if lengths == _MOBILE:
        return NO_BREAK.join((digits[:3], _grouped(digits[3:])))
    if lengths == _CITY:
        return _grouped(digits)
    if is_named and len(digits) <= _SHORTEST:  # «телефон ноль два»
        return digits
    return f"{digits[:2]}-{digits[2:4]}-{digits[4:]}" if is_named and len(digits) == 6 else None


def _grouped(digits: str) -> str:
    return f"{digits[:3]}-{digits[3:5]}-{digits[5:]}"


def _one_by_one(run: Sequence[Token]) -> list[Token]:
    """Digits spoken one by one (1 2 3 or 007), and a nought before another digit (12 01). Others stay unchanged."""
    if len(run) >= _LONG_RUN and all(token.value < 10 for token in run):
        if run[0].value == 0:
            return [merged(run, text="".join(str(token.value) for token in run))]
        return [merged([token], text=str(token.value)) for token in run]
    result: list[Token] = []
    for token in run:
        if len(result) > 1 and result[-1].value == 0 and token.value < 10:
            result[-1] = merged([result[-1], token], text=f"0{token.value}")
        else:
            result.append(token)
    return result
