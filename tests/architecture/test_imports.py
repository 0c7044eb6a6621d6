"""Imports point down and every library has one door: the contracts of pyproject.toml hold.

`make check` runs them over the code; here they are run over a small tree with one wrong import,
because a contract that never breaks protects nothing.
"""

import ast
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.architecture import files

LAYERS = [
    "services", "runtime", "store", "connectors", "definitions", "forms", "expressions",
    "authoring", "domain",
]  # fmt: skip
LINTER = Path(sys.executable).with_name("lint-imports")


@pytest.fixture
def tree(tmp_path: Path) -> Path:
    """A copy of the project with nothing but its packages and the contracts."""
    shutil.copy(files.ROOT / "pyproject.toml", tmp_path)
    packages = [f"engine/{layer}" for layer in LAYERS]
    for name in ["engine", *packages, "admin", "admin/portal", "admin/console", "admin/api"]:
        (tmp_path / name).mkdir()
        (tmp_path / name / "__init__.py").touch()
    for module in ("__main__", "bench", "cli", "bootstrap", "content", "settings"):
        (tmp_path / f"engine/{module}.py").touch()
    return tmp_path


def broken(tree: Path) -> list[str]:
    """Return the names of the contracts that the tree breaks."""
    command = [str(LINTER), "--no-cache"]
    result = subprocess.run(command, cwd=tree, capture_output=True, text=True, check=False)
    assert "Contracts:" in result.stdout, result.stdout + result.stderr
    lines = result.stdout.split("Broken contracts")[0].splitlines()
    return [line.split(" BROKEN")[0] for line in lines if " BROKEN" in line]


def test_the_empty_tree_keeps_every_contract(tree):
    assert broken(tree) == []


@pytest.mark.parametrize(
    ("module", "line", "contract"),
    [
        ("engine/domain/case.py", "import engine.forms", "Imports point down"),
        ("engine/store/cases.py", "import engine.runtime", "Imports point down"),
        ("engine/extra.py", "", "Imports point down"),
        ("engine/services/cases.py", "import admin", "The engine knows nothing of the pages"),
        ("admin/portal/home.py", "import engine.store", "The pages call services"),
        (
            "admin/portal/home.py",
            "import admin.console",
            "Console and interface are apart, above the portal",
        ),
        (
            "engine/services/cases.py",
            "import sqlalchemy.orm",
            "One door: SQLAlchemy and the databases",
        ),
        ("engine/definitions/process.py", "import SpiffWorkflow", "One door: SpiffWorkflow"),
        ("engine/forms/form.py", "from ruamel.yaml import YAML", "One door: the readers of YAML"),
        ("engine/forms/form.py", "import yaml", "One door: the readers of YAML"),
        ("engine/forms/form.py", "import cel_expr_python", "One door: CEL"),
        ("engine/services/lists.py", "import jsonschema", "One door: jsonschema"),
        ("engine/services/cases.py", "import flask", "One door: Flask"),
    ],
)
def test_a_wrong_import_breaks_its_contract(tree, module, line, contract):
    (tree / module).write_text(f"{line}\n", encoding="utf-8")

    assert broken(tree) == [contract]


def test_the_domain_uses_the_standard_library_only():
    foreign = [
        f"{file}:{node.lineno}: {name}"
        for file in files.under("engine", suffixes=(".py",))
        if file.parts[1] == "domain"
        for node in ast.walk(ast.parse(files.text(file)))
        for name in _imported(node)
        if name.split(".")[0] not in sys.stdlib_module_names
        if not name.startswith("engine.domain")
    ]

    assert foreign == []


def _imported(node: ast.AST) -> list[str]:
    match node:
        case ast.Import(names=names):
            return [name.name for name in names]
        case ast.ImportFrom(module=str(module), level=0):
            return [module]
    return []
