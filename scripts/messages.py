"""Finds the sentences that a person may read, and compares them with the Russian catalogue.

    .venv/bin/python scripts/messages.py          what is missing or left over (exit status 1)
    .venv/bin/python scripts/messages.py --add    adds what is missing to the catalogue, to be translated there

A sentence is found where it stands as a literal in `_("...")`, `ngettext("...", "...", n)` or `N_("...")`
(marked there, translated elsewhere), as the `template` of an error class, as its `reason=`, or as the meaning of a
`_setting(default, "...")`.
"""

import ast
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import polib

ROOT = Path(__file__).resolve().parents[1]
CATALOGUE = ROOT / "resources" / "locale" / "ru.po"
PLACES = ("main.py", "engine", "gui", "trainer")


@dataclass(frozen=True)
class Message:
    """A sentence of the code. plural: its second form, for ngettext. where: "file:line"."""

    text: str
    where: str
    plural: str | None = None


class NotLiteral(Exception):
    """A sentence put together before it is looked up, which no catalogue can hold."""


def messages(root: Path = ROOT) -> list[Message]:
    """All sentences of the program's code, in the order of the files. Raises NotLiteral."""
    files = [
        file for place in PLACES for file in sorted([root / place, *(root / place).rglob("*.py")]) if file.is_file()
    ]
    trees = {file.relative_to(root).as_posix(): ast.parse(file.read_text("utf-8")) for file in files}
    constants = {name: value for tree in trees.values() for name, value in _constants(tree).items()}
    return [message for name, tree in trees.items() for message in messages_in(tree, name, constants)]


def _constants(tree: ast.Module) -> dict[str, ast.expr]:
    return {
        target.id: node.value
        for node in tree.body
        if isinstance(node, ast.Assign)
        for target in node.targets
        if isinstance(target, ast.Name)
    }


def messages_in(tree: ast.Module, name: str, constants: dict[str, ast.expr]) -> list[Message]:
    """Sentences of one file. constants: values of module-level names, which a reason may be given by."""
    return [
        Message(text, f"{name}:{node.lineno}", plural)
        for node in ast.walk(tree)
        for text, plural in _sentences(node, constants, name)
    ]


def _sentences(node: ast.AST, constants: dict[str, ast.expr], name: str) -> Iterator[tuple[str, str | None]]:
    if isinstance(node, ast.Call):
        function = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
        if function in ("_", "N_", "ngettext"):
            literals = [text for text in (_literal(argument, name) for argument in node.args[:2]) if text]
            if function == "ngettext" and len(literals) == 2:
                yield literals[0], literals[1]
            elif function != "ngettext" and literals:
                yield literals[0], None
        elif function == "_setting":
            yield _literal(node.args[1], name), None
        for keyword in node.keywords:
            if keyword.arg == "reason":
                yield from ((text, None) for text in _reasons(keyword.value, constants, name))
    elif isinstance(node, ast.Assign) and getattr(node.targets[0], "id", "") == "reason":
        _refuse_filled(node.value, name)
    elif isinstance(node, ast.ClassDef):
        for line in node.body:
            if isinstance(line, ast.Assign) and getattr(line.targets[0], "id", "") == "template":
                yield line.value.value, None


def _literal(argument: ast.expr, name: str) -> str | None:
    """The sentence; None for a name, whose sentence is marked where it is written."""
    if isinstance(argument, ast.Constant) and isinstance(argument.value, str):
        return argument.value
    if isinstance(argument, ast.JoinedStr | ast.BinOp | ast.Call):
        raise NotLiteral(f"{name}:{argument.lineno}: translate the sentence first, then fill it in: _('...').format()")
    return None


def _reasons(value: ast.expr, constants: dict[str, ast.expr], name: str) -> Iterator[str]:
    if isinstance(value, ast.Name):
        value = constants.get(value.id, value)
    _refuse_filled(value, name)
    if isinstance(value, ast.IfExp):
        yield from _reasons(value.body, constants, name)
        yield from _reasons(value.orelse, constants, name)
    elif isinstance(value, ast.Constant) and isinstance(value.value, str):
        yield value.value


def _refuse_filled(value: ast.expr, name: str) -> None:
    """A reason that is put together; what a library said comes from a function, such as str(error)."""
    is_format = isinstance(value, ast.Call) and getattr(value.func, "attr", "") == "format"
    if is_format or isinstance(value, ast.JoinedStr | ast.BinOp):
        raise NotLiteral(f"{name}:{value.lineno}: give what is filled in as fields: reason='... {{field}}', field=...")


def unmatched(found: list[Message], catalogue: polib.POFile) -> tuple[list[Message], list[polib.POEntry]]:
    """Messages without a finished translation, and entries that no message needs."""
    wanted = {(message.text, message.plural or ""): message for message in found}
    done = {(entry.msgid, entry.msgid_plural) for entry in catalogue if entry.translated()}
    missing = [message for key, message in wanted.items() if key not in done]
    left_over = [entry for entry in catalogue if entry.obsolete or (entry.msgid, entry.msgid_plural) not in wanted]
    return missing, left_over


def add(missing: list[Message], catalogue: polib.POFile) -> None:
    present = {(entry.msgid, entry.msgid_plural) for entry in catalogue}
    for message in missing:
        if (message.text, message.plural or "") not in present:
            plural = {"msgid_plural": message.plural, "msgstr_plural": {0: "", 1: "", 2: ""}} if message.plural else {}
            catalogue.append(polib.POEntry(msgid=message.text, comment=message.where.partition(":")[0], **plural))


def main(arguments: list[str]) -> int:
    catalogue = polib.pofile(str(CATALOGUE), wrapwidth=110)
    missing, left_over = unmatched(messages(), catalogue)
    for message in missing:
        print(f"not translated: {message.where}: {message.text}")
    for entry in left_over:
        print(f"left over: {entry.msgid}")
    if "--add" in arguments and missing:
        add(missing, catalogue)
        catalogue.save(str(CATALOGUE))
        print(f"Added to {CATALOGUE.relative_to(ROOT)}: write their msgstr there.")
    return 1 if missing or left_over else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
