"""Who may import whom, read off the source: `A <- B` of the design means B imports A, never reversed."""

from __future__ import annotations

import ast
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

PACKAGE = "voice_interviewer"
ROOT = Path(__file__).resolve().parent.parent / PACKAGE

# Layer -> the layers it may import besides itself.
ALLOWED = {
    "core": set[str](),
    "ports": {"core"},
    "analysis": {"core"},
    "render": {"core", "analysis"},
    "adapters": {"core", "ports", "analysis"},
    "runtime": {"core", "ports"},
    "reporting": {"core", "ports", "analysis", "render", "adapters"},
    "staging": {"core", "ports", "adapters", "runtime"},
    "stage_building": {"core", "ports", "adapters", "runtime", "staging"},
    "bootstrap": {"core", "ports", "adapters", "runtime", "staging", "stage_building"},
    "web": {"core", "ports", "analysis", "render", "adapters", "runtime", "reporting", "bootstrap"},
    "cli": {"core", "ports", "analysis", "render", "adapters", "runtime", "reporting", "bootstrap", "web"},
    "__main__": {"cli"},
    "__init__": set[str](),
}
# Pure layers: third-party packages they may use.
THIRD_PARTY = {"core": set[str](), "analysis": {"numpy"}, "ports": {"numpy"}, "runtime": {"numpy"}}
# The core has no clock, no thread, no file, no device.
FORBIDDEN_IN_CORE = {
    "asyncio", "concurrent", "ctypes", "fcntl", "glob", "http", "io", "logging", "multiprocessing", "os",
    "pathlib", "queue", "select", "selectors", "shutil", "signal", "socket", "sqlite3", "ssl", "subprocess",
    "sys", "tempfile", "threading", "time", "urllib", "wave",
}  # fmt: skip
FORBIDDEN_CALLS_IN_CORE = {"open", "print", "input", "exec", "eval", "__import__", "breakpoint"}
FORBIDDEN_METHODS_IN_CORE = {
    ("datetime", "now"),
    ("datetime", "utcnow"),
    ("datetime", "today"),
    ("date", "today"),
}


def modules() -> Iterator[tuple[str, Path]]:
    for path in sorted(ROOT.rglob("*.py")):
        relative = path.relative_to(ROOT)
        yield (relative.parts[0] if len(relative.parts) > 1 else relative.stem), path


def imported_modules(tree: ast.AST) -> Iterator[tuple[str, int]]:
    """Every imported module with its line; `from a import b` counts as a and as a.b."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from ((alias.name, node.lineno) for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.module, f"relative import in line {node.lineno}"
            yield node.module, node.lineno
            if node.module == PACKAGE:
                yield from ((f"{PACKAGE}.{alias.name}", node.lineno) for alias in node.names)


def violations(layer: str, name: str, source: str) -> list[str]:
    """What a module of the layer does that it may not."""
    found = []
    tree = ast.parse(source)
    for module, line in imported_modules(tree):
        top, _, rest = module.partition(".")
        if top == PACKAGE:
            target = rest.partition(".")[0]
            if target in ALLOWED and target != layer and target not in ALLOWED[layer]:
                found.append(f"{name}:{line} imports {module}")
        elif top in sys.stdlib_module_names:
            if layer == "core" and top in FORBIDDEN_IN_CORE:
                found.append(f"{name}:{line} imports {module}")
        elif layer in THIRD_PARTY and top not in THIRD_PARTY[layer]:
            found.append(f"{name}:{line} imports {module}")
    if layer == "core":
        found += [f"{name}:{line} calls {what}" for what, line in forbidden_calls(tree)]
    return found


def forbidden_calls(tree: ast.AST) -> Iterator[tuple[str, int]]:
    for node in ast.walk(tree):
        if not isinstance(node, ast.Call):
            continue
        if isinstance(node.func, ast.Name) and node.func.id in FORBIDDEN_CALLS_IN_CORE:
            yield node.func.id, node.lineno
        if isinstance(node.func, ast.Attribute) and isinstance(node.func.value, ast.Name):
            called = (node.func.value.id, node.func.attr)
            if called in FORBIDDEN_METHODS_IN_CORE:
                yield ".".join(called), node.lineno


def test_every_module_belongs_to_a_layer() -> None:
    unknown = [str(path) for layer, path in modules() if layer not in ALLOWED]
    assert not unknown, "say in ALLOWED what these may import"


@pytest.mark.parametrize("layer", [layer for layer in ALLOWED if layer != "web"])
def test_layer_imports_only_what_lies_below_it(layer: str) -> None:
    checked = [path for its_layer, path in modules() if its_layer == layer]
    assert checked or layer not in {"core", "ports", "analysis", "adapters", "cli"}
    found = [
        violation
        for path in checked
        for violation in violations(layer, str(path.relative_to(ROOT)), path.read_text(encoding="utf-8"))
    ]
    assert not found, "\n".join(found)


@pytest.mark.parametrize(
    ("layer", "source"),
    [
        ("core", "import time"),
        ("core", "import numpy as np"),
        ("core", "from voice_interviewer.ports import Frame"),
        ("core", "from voice_interviewer import adapters"),
        ("core", "def f():\n    from pathlib import Path"),
        ("core", "open('x')"),
        ("core", "from datetime import datetime\ndatetime.now()"),
        ("analysis", "import rich"),
        ("analysis", "import voice_interviewer.adapters.paths"),
        ("runtime", "from voice_interviewer.adapters.models import model_path"),
        ("adapters", "from voice_interviewer.runtime.session import x"),
        ("render", "from voice_interviewer.adapters import paths"),
    ],
)
def test_breaches_are_found(layer: str, source: str) -> None:
    assert violations(layer, "example", source)


@pytest.mark.parametrize(
    ("layer", "source"),
    [
        ("core", "import re, math, random\nfrom voice_interviewer.core.errors import UsageError"),
        ("analysis", "import numpy as np\nfrom voice_interviewer.core.speech import Word"),
        ("cli", "import rich\nfrom voice_interviewer.adapters.paths import data_dir"),
        ("render", "from voice_interviewer import __version__"),
    ],
)
def test_what_is_allowed_passes(layer: str, source: str) -> None:
    assert not violations(layer, "example", source)
