"""What the documents point at is there."""

import ast
import re
from pathlib import Path

import pytest

from main import command_line

ROOT = Path(__file__).parents[1]
DOCUMENTS = sorted(
    [
        *ROOT.glob("*.md"),
        *(ROOT / "docs").glob("*.md"),
        *(ROOT / "resources").glob("*/README.md"),
        ROOT / "checkpoint1" / "MODEL_CARD.md",
    ]
)
LINK = re.compile(r"\]\(([^)\s]+)\)")


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: path.name)
def test_links_lead_to_files(document):
    links = [link.partition("#")[0] for link in LINK.findall(document.read_text(encoding="utf-8"))]
    local = [link for link in links if link and not re.match(r"\w+:", link)]
    assert [link for link in local if not (document.parent / link).exists()] == []


ARCHITECTURE = (ROOT / "docs" / "architecture.md").read_text(encoding="utf-8")
ROOMS = sorted(
    path.parent for package in ("engine", "gui", "trainer") for path in (ROOT / package).glob("*/__init__.py")
)


@pytest.mark.parametrize("room", ROOMS, ids=lambda room: f"{room.parent.name}.{room.name}")
def test_every_room_is_described(room):
    """In docs/architecture.md by name, and in its own first file by a docstring that imports nothing."""
    assert f"**`{room.relative_to(ROOT).as_posix()}`**" in ARCHITECTURE
    (only,) = ast.parse((room / "__init__.py").read_text(encoding="utf-8")).body
    assert ast.get_docstring(ast.Module([only], []))


def test_files_that_the_architecture_names_are_there():
    names = re.findall(r"`((?:engine|gui|trainer|tests|scripts)/[\w./]+)`", ARCHITECTURE)
    assert [name for name in names if not (ROOT / name).exists()] == []
    assert len(names) > 60


COMMAND = re.compile(r"(?:main\.py|`diktovka) ([a-z][a-z-]*)((?:[ \t]+(?:\\\n)?[^\n`#]*)?)")


def verbs_of(document: Path) -> list[tuple[str, list[str]]]:
    """Each verb of the command line that a document shows, with the options it is given there."""
    found = COMMAND.findall(document.read_text(encoding="utf-8"))
    return [(verb, re.findall(r"(?<!\w)--?[a-z][a-z-]*", rest)) for verb, rest in found]


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: path.name)
def test_commands_are_those_of_the_program(document, capsys):
    for verb, options in verbs_of(document):
        with pytest.raises(SystemExit) as ended:
            command_line().parse_args([verb, "--help"])
        assert ended.value.code == 0, f"{verb} is no verb"
        known = re.findall(r"(?<!\w)--?[a-z][a-z-]*", capsys.readouterr().out)
        assert set(options) <= set(known), verb


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: path.name)
def test_scripts_that_are_named_are_there(document):
    text = document.read_text(encoding="utf-8")
    modules = [name.replace(".", "/") for name in re.findall(r"-m (scripts[\w.]*)", text)]
    assert [name for name in modules if not any((ROOT / f"{name}{end}.py").exists() for end in ("", "/__main__"))] == []
    files = re.findall(r"(?<![\w/])scripts/[\w/]+\.py", text)
    assert [name for name in files if not (ROOT / name).exists()] == []


def test_only_one_page_knows_the_development_folder():
    """A reader of a clone has none."""
    with_it = [path.name for path in DOCUMENTS if "../shared" in path.read_text(encoding="utf-8")]
    assert with_it == ["experiments.md"]


def test_both_readmes_say_the_same():
    """The same links and pictures, each in its language, and the same figures in the tables."""

    def links_and_figures(language: str, name: str) -> tuple[list[str], list[str]]:
        text = (ROOT / name).read_text(encoding="utf-8")
        links = [link.replace(f"-{language}.", ".") for link in LINK.findall(text) if not link.startswith("README")]
        rows = [row for row in text.splitlines() if row.startswith("|")]
        return sorted(set(links)), re.findall(r"\d[\d.]*", " ".join(rows).replace(",", "."))

    assert links_and_figures("en", "README.md") == links_and_figures("ru", "README.ru.md")
