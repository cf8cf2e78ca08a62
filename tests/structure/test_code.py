"""How the code is put together: imports, transactions, reads, size, words."""

import ast
import re
import subprocess
import sys
from pathlib import Path

import pytest

from resolvers.declared import Transaction
from resolvers.schema import Mutation, definition
from tests.structure.places import PACKAGES, ROOT, functions, sources

QUERIES = [path for path in sources("domain") if path.name in ("queries.py", "listing.py", "search.py")]
HEAVY = {"alembic", "babel", "dbos", "email_validator", "mrml", "numpy", "rich", "slugify", "stripe", "typer"}
LONGEST_FILE = 400
LONGEST_FUNCTION = 40
DECLARATIONS = {"resolvers/enums.py"}
"""Files that only declare; a long list in them is one reason to change."""


def called_names(node: ast.AST) -> set[str]:
    """The dotted names that are called inside."""
    return {ast.unparse(call.func) for call in ast.walk(node) if isinstance(call, ast.Call)}


class TestImports:
    def test_every_import_contract_is_kept(self) -> None:
        done = subprocess.run(
            [sys.executable, "-c", "from importlinter.cli import lint_imports_command; lint_imports_command()"],
            cwd=ROOT,
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == 0, done.stdout

    def test_heavy_libraries_are_not_imported_at_start(self) -> None:
        """Q-24."""
        script = "import sys, gateway.process; print(*sys.modules)"
        done = subprocess.run([sys.executable, "-c", script], cwd=ROOT, check=True, capture_output=True, text=True)
        assert not HEAVY & set(done.stdout.split())

    def test_a_worker_knows_every_job(self) -> None:
        """Q-9: a job that only a migration has imported would fail whenever its time comes."""
        declared = {name for path in sources("domain") for name in re.findall(r'^@job\("([a-z_.]+)"', path.read_text(), re.MULTILINE)}
        script = "import gateway.process, gateway.jobs.workflows; from domain.kernel.jobs import JOBS; print(*JOBS)"
        done = subprocess.run([sys.executable, "-c", script], cwd=ROOT, check=True, capture_output=True, text=True)
        assert len(declared) >= 4
        assert set(done.stdout.split()) == declared


class TestReads:
    @pytest.mark.parametrize("path", QUERIES, ids=lambda path: str(path.relative_to(ROOT)))
    def test_batch_functions_know_no_event_loop(self, path: Path) -> None:
        """They are driven without one on SQLite, so they await only reads."""
        imported = {name.name for node in ast.walk(ast.parse(path.read_text())) if isinstance(node, ast.Import) for name in node.names}
        assert "asyncio" not in imported

    @pytest.mark.parametrize("path", QUERIES, ids=lambda path: str(path.relative_to(ROOT)))
    def test_batch_functions_await_only_reads(self, path: Path) -> None:
        allowed = {"read", "read()", "read.all", "total.count"}
        own = {function.name for function in functions(path)}
        for function in functions(path):
            for node in ast.walk(function):
                if isinstance(node, ast.Await):
                    assert isinstance(node.value, ast.Call), ast.unparse(node)
                    name = ast.unparse(node.value.func)
                    listed = name.rsplit(".", 1)[-1] in ("page", "pages_by", "batch", "count", "sums") and name.split(".")[0].isupper()
                    assert name in allowed | own or listed, f"{path.name}: {ast.unparse(node)}"


class TestTransactions:
    def test_nobody_commits_but_the_unit_of_work(self) -> None:
        places = {
            str(path.relative_to(ROOT))
            for path in sources("domain", "resolvers", "rest_compat", "gateway")
            for name in called_names(ast.parse(path.read_text()))
            if name.endswith("session.commit")
        }
        assert places == {"domain/kernel/database.py"}

    def test_only_these_mutations_call_out(self) -> None:
        """They open a short transaction before and one after; each has its reason here."""
        fields = definition(Mutation).fields
        calling = {field.python_name for field in fields if not any(isinstance(one, Transaction) for one in field.extensions)}
        assert calling == {"place_order", "register_account"}, "both open a checkout at the payment provider"

    def test_no_command_calls_out_inside_a_transaction(self) -> None:
        outside = {"aiohttp", "aiosmtplib", "requests", "urllib", "httpx", "socket"}
        imported = {
            name.name.split(".")[0]
            for path in sources("domain")
            for node in ast.walk(ast.parse(path.read_text()))
            if isinstance(node, ast.Import)
            for name in node.names
        }
        assert imported & outside == set()

    def test_no_command_reads_the_clock_itself(self) -> None:
        """It is `uow.now`; only the clock asks the machine."""
        places = {
            str(path.relative_to(ROOT))
            for path in sources("domain")
            for name in called_names(ast.parse(path.read_text()))
            if name in ("datetime.now", "time.time", "datetime.utcnow", "date.today")
        }
        assert places == {"domain/kernel/clock.py"}


class TestShape:
    @pytest.mark.parametrize("path", sources(*PACKAGES, "tests"), ids=lambda path: str(path.relative_to(ROOT)))
    def test_files_stay_readable_and_say_what_they_are_for(self, path: Path) -> None:
        name = str(path.relative_to(ROOT))
        tree = ast.parse(path.read_text())
        if tree.body:
            assert ast.get_docstring(tree), f"{name} says not what it is for"
        if name not in DECLARATIONS and "migrations/versions" not in name:
            assert len(path.read_text().splitlines()) <= LONGEST_FILE, name

    @pytest.mark.parametrize("path", sources(*PACKAGES), ids=lambda path: str(path.relative_to(ROOT)))
    def test_functions_stay_short(self, path: Path) -> None:
        if "migrations/versions" in str(path):
            return
        long = [function.name for function in functions(path) if (function.end_lineno or 0) - function.lineno > LONGEST_FUNCTION]
        assert long == []

    @pytest.mark.parametrize("word", ["TODO", "FIXME", "XXX", "raise NotImplementedError"])  # what is not done is an issue, never a mark
    def test_nothing_is_left_for_later(self, word: str) -> None:
        assert [path.name for path in sources(*PACKAGES) if word in path.read_text()] == []
