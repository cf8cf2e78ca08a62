"""Where things are in the repository."""

import ast
from collections.abc import Iterator
from pathlib import Path

from gateway.stored import texts

ROOT = Path(__file__).parent.parent.parent
PACKAGES = ("domain", "resolvers", "rest_compat", "gateway")


def sources(*folders: str) -> list[Path]:
    """The Python files of folders, our own code alone."""
    return sorted(path for folder in folders for path in (ROOT / folder).rglob("*.py") if "node_modules" not in path.parts)


def stored_operations() -> list[tuple[str, str]]:
    """Every stored operation of every surface, by name."""
    folders = [*(ROOT / "rest_compat").glob("*/operations"), ROOT / "gateway" / "pages" / "operations"]
    return [(name, text) for folder in folders if folder.exists() for name, text in texts(folder).items()]


def functions(path: Path) -> Iterator[ast.FunctionDef | ast.AsyncFunctionDef]:
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)):
            yield node
