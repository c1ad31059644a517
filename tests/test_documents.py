"""What the documents point at is there."""

import ast
import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
DOCUMENTS = sorted([*ROOT.glob("*.md"), *(ROOT / "docs").glob("*.md"), ROOT / "checkpoint1" / "MODEL_CARD.md"])
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
