"""The documentation keeps its word: settings, rules, lock files, decisions."""

import re
from collections import Counter

import pytest

from gateway.settings import Settings
from tests.structure.places import PACKAGES, ROOT, sources

CODE = re.compile(r'^    code = "([A-Z_]+)"', re.MULTILINE)
CITED = re.compile(r"\b((?:Q|[RI]-(?:ESC|FLW|QST))-\d+)\b")


def cited_rules() -> set[str]:
    """Every rule that our code or its tests cite."""
    return {rule for path in sources(*PACKAGES, "tests") for rule in CITED.findall(path.read_text())}


class TestReadme:
    README = (ROOT / "README.md").read_text()

    @pytest.mark.parametrize("name", Settings.model_fields)
    def test_lists_every_setting(self, name: str) -> None:
        field = Settings.model_fields[name]
        assert field.description
        assert f"`CENTIL_{name.upper()}`" in self.README

    def test_lists_no_setting_that_is_gone(self) -> None:
        known = {f"CENTIL_{name.upper()}" for name in Settings.model_fields}
        assert set(re.findall(r"`(CENTIL_[A-Z_]+)`", self.README)) <= known

    def test_is_no_longer_than_three_screens(self) -> None:
        assert len(self.README.splitlines()) <= 150

    @pytest.mark.parametrize("path", re.findall(r"\]\((?!http)([^)#]+)", README))
    def test_links_lead_somewhere(self, path: str) -> None:
        assert (ROOT / path).exists(), path


class TestRules:
    RULES = (ROOT / "docs" / "rules.md").read_text()

    @pytest.mark.parametrize("rule", sorted(cited_rules()))
    def test_every_cited_rule_is_restated(self, rule: str) -> None:
        assert re.search(rf"^\| {rule} \|", self.RULES, re.MULTILINE), f"docs/rules.md does not say what {rule} is"

    def test_each_rule_is_restated_once(self) -> None:
        restated = Counter(re.findall(r"^\| ([QRI][A-Z-]*-\d+) \|", self.RULES, re.MULTILINE))
        assert [rule for rule, times in restated.items() if times > 1] == []


class TestLocks:
    @pytest.mark.parametrize("name", ["requirements.lock", "requirements-test.lock"])
    def test_names_no_host_and_pins_with_hashes(self, name: str) -> None:
        text = (ROOT / name).read_text()
        assert "://" not in text
        assert len(re.findall(r"^[a-z0-9-]+(?:\[[a-z,]+\])?==", text, re.MULTILINE)) > 50
        pinned = re.split(r"\n(?=[a-z0-9-]+(?:\[[a-z,]+\])?==)", text)[1:]
        assert all("--hash=sha256:" in part for part in pinned)

    OWN = sorted(path for path in ROOT.glob("**/package-lock.json") if not {".venv", "node_modules"} & set(path.parts))

    @pytest.mark.parametrize("path", OWN, ids=lambda path: str(path.relative_to(ROOT)))
    def test_npm_locks_name_no_registry(self, path) -> None:  # type: ignore[no-untyped-def]
        assert '"resolved"' not in path.read_text()


class TestDecisions:
    @pytest.mark.parametrize("path", sorted((ROOT / "docs" / "decisions").glob("*.md")), ids=lambda path: path.name)
    def test_names_the_option_not_taken(self, path) -> None:  # type: ignore[no-untyped-def]
        text = path.read_text()
        assert "## Decision" in text
        assert "## Not taken" in text
        assert len(text.splitlines()) <= 60


class TestCodes:
    API = (ROOT / "docs" / "api.md").read_text()

    @pytest.mark.parametrize(
        "code", sorted({code for path in sources("domain", "gateway") for code in CODE.findall(path.read_text())} - {"INTERNAL"})
    )
    def test_every_code_of_a_problem_is_documented(self, code: str) -> None:
        assert f"`{code}`" in self.API
