"""Mutation testing: a comparison, a number or a condition of a module is changed, and its tests should fail by it.

usage: python -m scripts.mutations [N] [MODULE...]: N changes of each module (20), or of those named. Prints a table and
each change that no test saw. Needs `fork`: what the tests import is loaded once, the module under test in each child.
"""

import ast
import importlib.abc
import importlib.util
import os
import random
import sys
import time
from collections.abc import Iterator
from copy import deepcopy
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
LONGEST_S = 120
MODULES = {
    "engine.decode.greedy": "tests/engine/decode/test_decode.py",
    "engine.decode.alternatives": "tests/engine/decode/test_alternatives.py",
    "engine.decode.confidence": "tests/engine/decode/test_confidence.py",
    "engine.decode.kenlm_format": "tests/engine/decode/test_language_model.py",
    "engine.transcribe.settling": "tests/engine/transcribe/test_settling.py",
    "engine.transcript.subtitles": "tests/engine/transcript/test_subtitles.py",
    "engine.transcript.word_places": "tests/engine/transcript/test_word_places.py",
    "engine.transcript.document": "tests/engine/transcript/test_document.py",
    "engine.system.npz": "tests/engine/system/test_readers.py",
    "engine.system.json_text": "tests/engine/system/test_readers.py",
    "engine.system.bounded_read": "tests/engine/system/test_readers.py",
    "engine.system.atomic_folder": "tests/engine/system/test_building.py",
    "engine.model.graph_operations": "tests/engine/model/test_recogniser.py",
}
_OTHER = {ast.Lt: ast.LtE, ast.LtE: ast.Lt, ast.Gt: ast.GtE, ast.GtE: ast.Gt, ast.Eq: ast.NotEq, ast.NotEq: ast.Eq}
_OTHER |= {ast.In: ast.NotIn, ast.NotIn: ast.In, ast.Is: ast.IsNot, ast.IsNot: ast.Is, ast.And: ast.Or, ast.Or: ast.And}
_OTHER |= {ast.Add: ast.Sub, ast.Sub: ast.Add}


def mutants(tree: ast.Module) -> Iterator[tuple[int, str, ast.Module]]:
    """Line, what was changed, and the module with that one change."""
    for number, node in enumerate(ast.walk(tree)):
        if isinstance(node, ast.Compare | ast.BoolOp | ast.BinOp):
            operators = node.ops if isinstance(node, ast.Compare) else [node.op]
            changes = [_OTHER[type(operators[0])]] if type(operators[0]) in _OTHER else []
        elif isinstance(node, ast.Constant) and type(node.value) in (int, float):
            changes = [type(node.value)(node.value + 1)]
        elif isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.Not):
            changes = [None]
        else:
            continue
        for change in changes:
            whole = deepcopy(tree)
            twin = next(one for i, one in enumerate(ast.walk(whole)) if i == number)
            before = ast.unparse(twin)
            _change(whole, twin, change)
            yield node.lineno, f"{before} -> {'without not' if change is None else ast.unparse(twin)}", whole


def _change(whole: ast.Module, node: ast.AST, change: object) -> None:
    if isinstance(node, ast.Compare):
        node.ops[0] = change()
    elif isinstance(node, ast.BoolOp | ast.BinOp):
        node.op = change()
    elif isinstance(node, ast.Constant):
        node.value = change
    else:
        _WithoutNot(node).visit(whole)


class _WithoutNot(ast.NodeTransformer):
    def __init__(self, node: ast.AST):
        self._node = node

    def visit_UnaryOp(self, node: ast.UnaryOp) -> ast.AST:
        self.generic_visit(node)
        return node.operand if node is self._node else node


class Finder(importlib.abc.MetaPathFinder, importlib.abc.Loader):
    """Gives the changed module wherever it is imported."""

    def __init__(self, name: str, tree: ast.Module, path: Path):
        self._name, self._tree, self._path = name, tree, path

    def find_spec(self, name, _path, _target=None):
        return importlib.util.spec_from_file_location(name, self._path, loader=self) if name == self._name else None

    def create_module(self, _spec):
        return None

    def exec_module(self, module) -> None:
        exec(compile(ast.fix_missing_locations(self._tree), str(self._path), "exec"), module.__dict__)


def fails(name: str, tree: ast.Module, path: Path, tests: str) -> bool:
    """Whether a test fails by the change, or does not come to its end."""
    pid = os.fork()
    if pid == 0:
        import pytest

        null = os.open(os.devnull, os.O_WRONLY)
        for stream in (1, 2):
            os.dup2(null, stream)
        sys.meta_path.insert(0, Finder(name, tree, path))
        os._exit(int(pytest.main(["-x", "-q", "-p", "no:cacheprovider", "-p", "no:randomly", tests])))
    deadline_s = time.monotonic() + LONGEST_S
    while time.monotonic() < deadline_s:
        ended, status = os.waitpid(pid, os.WNOHANG)
        if ended:
            return status != 0
        time.sleep(0.05)
    os.kill(pid, 9)
    os.waitpid(pid, 0)
    return True


def main(n: int, names: list[str]) -> None:
    import numpy as np
    import onnxruntime
    import pytest
    import soundfile

    assert all((np, onnxruntime, pytest, soundfile))  # loaded once, for all children
    rng = random.Random(19)
    print("| module | changes | seen by a test |\n|---|---:|---:|", flush=True)
    for name in names or MODULES:
        path = ROOT / Path(*name.split(".")).with_suffix(".py")
        tree = ast.parse(path.read_text("utf-8"))
        assert not fails(name, tree, path, MODULES[name]), f"{MODULES[name]} fails without a change"
        all_of_them = list(mutants(tree))
        some = rng.sample(all_of_them, min(n, len(all_of_them)))
        unseen = [(line, text) for line, text, whole in some if not fails(name, whole, path, MODULES[name])]
        print(f"| {name} | {len(some)} of {len(all_of_them)} | {len(some) - len(unseen)} |", flush=True)
        for line, text in sorted(unseen):
            print(f"  {path.relative_to(ROOT)}:{line}: {text}", file=sys.stderr, flush=True)


if __name__ == "__main__":
    numbers = [one for one in sys.argv[1:] if one.isdigit()]
    main(int(numbers[0]) if numbers else 20, [one for one in sys.argv[1:] if not one.isdigit()])
