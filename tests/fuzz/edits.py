"""What a stranger, a bad disk or a bad line makes of a file: a few edits of one that the program itself wrote."""

import re
from dataclasses import dataclass
from enum import Enum, auto

from hypothesis import strategies as st

TOKENS = (b"-1", b"1e999", b"9" * 400, b"NaN", b"[" * 2000, b'{"a":' * 2000, b"\\ud800", b"\0", b"\xff", b"\t", b"\n")
TOKENS += (b'"', b"null", b"<a href=", b"../", b"/dev/zero", b"\xe2\x80\xae", b"0" * 30, b"18446744073709551616", b"-")
TOKENS += (b"{reason:>99999999999}", b"{path.__class__}")
_NUMBER = re.compile(rb"\d+")


class Kind(Enum):
    SET = auto()
    INSERT = auto()
    CUT = auto()
    TRUNCATE = auto()
    REPEAT = auto()
    TOKEN = auto()
    NUMBER = auto()


@dataclass(frozen=True)
class Edit:
    """place: taken modulo the length; size: of what is cut or repeated; token: index of one."""

    kind: Kind
    place: int
    size: int
    token: int
    content: bytes


EDIT = st.builds(
    Edit,
    st.sampled_from(Kind),
    st.one_of(st.integers(0, 2**24), st.integers(0, 200)),
    st.integers(0, 300),
    st.integers(0, len(TOKENS) - 1),
    st.binary(max_size=8),
)
EDITS = st.lists(EDIT, min_size=1, max_size=5)


def edited(content: bytes, edits: list[Edit]) -> bytes:
    for edit in edits:
        content = _edited(content, edit)
    return content


def _edited(content: bytes, edit: Edit) -> bytes:
    at = edit.place % (len(content) + 1)
    before, behind = content[:at], content[at:]
    match edit.kind:
        case Kind.SET:
            return before + edit.content + behind[len(edit.content) :]
        case Kind.INSERT:
            return before + edit.content + behind
        case Kind.CUT:
            return before + behind[edit.size :]
        case Kind.TRUNCATE:
            return before
        case Kind.REPEAT:
            return before + behind[: edit.size] * (len(edit.content) + 2) + behind
        case Kind.TOKEN:
            return before + TOKENS[edit.token] + behind
        case Kind.NUMBER:
            return before + _NUMBER.sub(lambda _: TOKENS[edit.token], behind, count=1)
