"""What the documents point at is there."""

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


def test_modules_that_the_architecture_names_are_there():
    rows = re.findall(r"^\| ([^|]+) \|", (ROOT / "docs" / "architecture.md").read_text(encoding="utf-8"), re.MULTILINE)
    names = {name for row in rows for name in re.findall(r"`([a-z_]+)`", row)}
    known = {path.stem for folder in ("engine", "gui", "trainer") for path in (ROOT / folder).glob("*.py")}
    assert names - known == set()
    assert len(names) > 40
