"""The house rules that tools can check, as `make check` runs them: style, imports, types, dependencies."""

import ast
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
LINT_IMPORTS = "import sys; from importlinter.cli import lint_imports; sys.exit(lint_imports(no_cache=True))"


@pytest.mark.timeout(900)  # mypy without its cache
@pytest.mark.parametrize(
    "command",
    [
        pytest.param(["-m", "ruff", "check", "--no-cache", "--output-format=concise", "."], id="ruff"),
        pytest.param(["-m", "ruff", "format", "--no-cache", "--check", "."], id="format"),
        pytest.param(["-c", LINT_IMPORTS], id="import-linter"),
        pytest.param(["-m", "mypy"], id="mypy"),
        pytest.param(["-m", "deptry", "."], id="deptry"),
        pytest.param(["scripts/messages.py"], id="catalogue"),
    ],
)
def test_rules_are_kept(command):
    done = subprocess.run([sys.executable, *command], cwd=ROOT, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout + done.stderr


def test_the_windows_logic_has_no_widgets():
    """import-linter sees PySide6 as one package. The table of shortcuts makes tooltips and keys of widgets."""
    files = [*(ROOT / "gui" / "core").glob("*.py"), *(ROOT / "gui" / "session").glob("*.py")]
    with_widgets = {
        file.name
        for file in files
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8")))
        if isinstance(node, ast.ImportFrom) and node.module == "PySide6.QtWidgets"
    }
    assert with_widgets <= {"shortcuts.py"}
