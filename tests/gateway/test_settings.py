"""Settings: each wrong one is one clear sentence; secrets made once, for this user alone."""

import multiprocessing
import os
import stat
from pathlib import Path

import pytest

from gateway import settings as module
from gateway.settings import Settings, WrongSettings, kept_secret, load


@pytest.fixture(autouse=True)
def bare(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """An environment without settings of ours."""
    for name in [name for name in os.environ if name.startswith("CENTIL_")]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("CENTIL_VAR", str(tmp_path))


class TestWrong:
    @pytest.mark.parametrize(
        ("name", "value", "says"),
        [
            ("PORT", "x", "valid integer"),
            ("PORT", "-1", "greater than or equal to 0"),
            ("PORT", "65536", "less than or equal to 65535"),
            ("BASE_URL", "centil.example.com", "must begin with http:// or https://"),
            ("BASE_URL", "ftp://x", "must begin with http:// or https://"),
            ("BASE_URL", "https://", "must name a host, and a port that exists"),
            ("BASE_URL", "https:///path", "must name a host, and a port that exists"),
            ("BASE_URL", "https://x:port", "must name a host, and a port that exists"),
            ("BASE_URL", "https://x:99999", "must name a host, and a port that exists"),
            ("BASE_URL", "https://[x", "must name a host, and a port that exists"),
            ("BASE_URL", "https://x/?a=b", "before any ? or #"),
            ("BASE_URL", "https://x#top", "before any ? or #"),
            ("TRUSTED_PROXIES", "proxy", "'proxy' is not an address such as 10.0.0.1 or a network"),
            ("TRUSTED_PROXIES", "10.0.0.1,10.0.0.1/8", "'10.0.0.1/8' is not an address such as 10.0.0.1 or a network"),
            ("RATE_LIMIT_URL", "foo://x", "must look like redis://host:6379"),
            ("RATE_LIMIT_URL", "redis://x", "must look like redis://host:6379"),
            ("RATE_LIMIT_URL", "redis://x:99999", "must look like redis://host:6379"),
            ("RATE_LIMIT_URL", "memory", "must look like redis://host:6379"),
            ("DATABASE_URL", "mysql://x/y", "must look like sqlite:///path or postgresql://"),
            ("DATABASE_URL", "sqlite://", "an in-memory database is not enough"),
            ("DATABASE_URL", "sqlite:///:memory:", "an in-memory database is not enough"),
            ("DATABASE_URL", "nonsense", "must look like sqlite:///path or postgresql://"),
            ("DATABASE_URL", "postgresql://x:port/y", "must look like sqlite:///path or postgresql://"),
            ("DATABASE_POOL", "1", "greater than or equal to 2"),
            ("RLS", "none", "'writes' or 'all'"),
            ("SECRET", "short", "at least 32 characters; try: openssl rand -hex 32"),
            ("MAIL_URL", "mail.example.com", "must look like smtp://"),
            ("MAIL_URL", "smtp://", "must look like smtp://"),
            ("MAIL_URL", "http://x", "must look like smtp://"),
            ("MAIL_URL", "smtp://x:99999", "must look like smtp://"),
            ("MAIL_URL", "smtp://x:port", "must look like smtp://"),
            ("MAIL_FROM", "Centil", "must look like Centil <no-reply@example.com>"),
            ("MAIL_FROM", "Centil <centil>", "must look like Centil <no-reply@example.com>"),
            ("MAIL_FROM", "a@b@c", "must look like Centil <no-reply@example.com>"),
            ("DATABSE_URL", "sqlite:///x", "there is no such setting; do you mean CENTIL_DATABASE_URL?"),
            ("BASEURL", "https://x", "do you mean CENTIL_BASE_URL?"),
            ("NONSENSE", "1", "there is no such setting."),
            ("CORS_ORIGINS", "https://a.example.com/", "is not an origin such as"),
            ("CORS_ORIGINS", "https://a.example.com,b.example.com", "'b.example.com' is not an origin"),
            ("CORS_ORIGINS", "*", "'*' is not an origin"),
            ("CORS_ORIGINS", "https://a.example.com/path", "is not an origin"),
            ("PUBLIC_RATE_LIMIT", "0", "greater than or equal to 1"),
            ("REQUESTS_IN_FLIGHT", "0", "greater than or equal to 1"),
            ("CONNECTIONS", "0", "greater than or equal to 1"),
            ("WORKER", "maybe", "valid boolean"),
            ("LOG_LEVEL", "loud", "'debug', 'info', 'warning' or 'error'"),
            ("LOG_FORMAT", "xml", "'auto', 'text' or 'json'"),
        ],
    )
    def test_is_one_sentence_that_names_it(self, monkeypatch: pytest.MonkeyPatch, name: str, value: str, says: str) -> None:
        monkeypatch.setenv(f"CENTIL_{name}", value)
        with pytest.raises(WrongSettings) as refusal:
            load()
        [sentence] = str(refusal.value).splitlines()
        assert sentence.startswith(f"CENTIL_{name}: ")
        assert says in sentence

    def test_each_has_a_line_of_its_own(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setenv("CENTIL_PORT", "x")
        monkeypatch.setenv("CENTIL_SECRET", "short")
        with pytest.raises(WrongSettings) as refusal:
            load()
        assert [line.partition(":")[0] for line in str(refusal.value).splitlines()] == ["CENTIL_PORT", "CENTIL_SECRET"]

    def test_what_is_unknown_is_told_beside_what_is_wrong(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setenv("CENTIL_PROT", "80")
        monkeypatch.setenv("CENTIL_SECRET", "short")
        with pytest.raises(WrongSettings) as refusal:
            load()
        assert [line.partition(":")[0] for line in str(refusal.value).splitlines()] == ["CENTIL_PROT", "CENTIL_SECRET"]

    def test_never_repeats_a_secret(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setenv("CENTIL_SECRET", "hunter2hunter2")
        monkeypatch.setenv("CENTIL_MAIL_URL", "http://user:hunter2hunter2@x")
        monkeypatch.setenv("CENTIL_DATABASE_URL", "mysql://user:hunter2hunter2@x/y")
        monkeypatch.setenv("CENTIL_RATE_LIMIT_URL", "redis://:hunter2hunter2@x")
        with pytest.raises(WrongSettings) as refusal:
            load()
        assert "hunter2" not in str(refusal.value)


class TestRight:
    def test_the_defaults_are_enough(self, tmp_path: Path) -> None:
        found = load()
        assert found.on_sqlite
        assert str(found.database.database) == str(tmp_path / "centil.sqlite3")
        assert found.address == "http://127.0.0.1:8000"

    def test_what_is_empty_counts_as_not_given(self, monkeypatch: pytest.MonkeyPatch) -> None:
        for name in ("PORT", "BASE_URL", "DATABASE_URL", "SECRET", "MAIL_URL", "CORS_ORIGINS"):
            monkeypatch.setenv(f"CENTIL_{name}", "")
        assert load() == load()
        assert load().port == 8000

    def test_lists_are_split_at_commas(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setenv("CENTIL_CORS_ORIGINS", "https://a.example.com, http://localhost:3000,")
        monkeypatch.setenv("CENTIL_TRUSTED_PROXIES", "10.0.0.1")
        found = load()
        assert found.cors_origins == ("https://a.example.com", "http://localhost:3000")
        assert found.trusted_proxies == ("10.0.0.1",)

    @pytest.mark.parametrize(
        ("name", "value"),
        [
            ("BASE_URL", "https://x:8443/centil"),
            ("TRUSTED_PROXIES", "10.0.0.1,172.16.0.0/12,::1,fd00::/8"),
            ("RATE_LIMIT_URL", "redis://x:6379"),
            ("RATE_LIMIT_URL", "rediss://user:password@[::1]:6379/1"),
            ("RATE_LIMIT_URL", "memory://"),
            ("MAIL_URL", "smtp+starttls://user:password@x:2525"),
            ("MAIL_FROM", "no-reply@example.com"),
            ("MAIL_FROM", '"Nörd, Centil" <post@centil.example.com>'),
            ("TEST_COMPLETE", "1"),
        ],
    )
    def test_is_taken(self, monkeypatch: pytest.MonkeyPatch, name: str, value: str) -> None:
        monkeypatch.setenv(f"CENTIL_{name}", value)
        load()

    @pytest.mark.parametrize(
        ("host", "base_url", "address"),
        [
            ("127.0.0.1", "", "http://127.0.0.1:8000"),
            ("0.0.0.0", "", "http://127.0.0.1:8000"),
            ("::", "", "http://127.0.0.1:8000"),
            ("0.0.0.0", "https://centil.example.com/", "https://centil.example.com"),
        ],
    )
    def test_people_reach_it_somewhere(self, host: str, base_url: str, address: str) -> None:
        assert Settings(host=host, base_url=base_url).address == address

    def test_each_says_what_it_is_for(self) -> None:
        assert [name for name, field in Settings.model_fields.items() if not (field.description or "").endswith(".")] == []


def _read(path: Path, found: "multiprocessing.Queue[str]", go: "multiprocessing.synchronize.Event") -> None:  # type: ignore[name-defined]
    go.wait()
    found.put(kept_secret(path))


class TestSecret:
    def test_is_made_once_for_this_user_alone(self, tmp_path: Path) -> None:
        first = Settings(var=tmp_path / "new").signing_secret
        assert len(first) >= module.SHORTEST_SECRET
        assert Settings(var=tmp_path / "new").signing_secret == first
        assert stat.S_IMODE((tmp_path / "new" / "secret").stat().st_mode) == 0o600
        assert [path.name for path in (tmp_path / "new").iterdir()] == ["secret"]

    def test_that_is_given_is_used(self, tmp_path: Path) -> None:
        given = "x" * 32
        assert Settings(var=tmp_path, secret=given).signing_secret == given
        assert list(tmp_path.iterdir()) == []

    def test_is_agreed_on_by_processes_that_start_at_once(self, tmp_path: Path) -> None:
        context = multiprocessing.get_context("fork")
        found, go = context.Queue(), context.Event()
        processes = [context.Process(target=_read, args=(tmp_path / "secret", found, go)) for _ in range(8)]
        for process in processes:
            process.start()
        go.set()
        secrets = {found.get(timeout=30) for _ in processes}
        for process in processes:
            process.join()
        assert len(secrets) == 1
        assert [path.name for path in tmp_path.iterdir()] == ["secret"]

    def test_the_one_who_comes_second_takes_what_is_there(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        """Forced: another process writes the file between the look and the link."""
        path = tmp_path / "secret"
        link = Path.hardlink_to

        def late(self: Path, target: Path) -> None:
            path.write_text("theirs")
            link(self, target)

        monkeypatch.setattr(Path, "hardlink_to", late)
        assert kept_secret(path) == "theirs"
        assert [left.name for left in tmp_path.iterdir()] == ["secret"]


class TestDemoKey:
    def test_is_none_until_there_is_one(self, tmp_path: Path) -> None:
        assert Settings(var=tmp_path).demo_key is None
        (tmp_path / "demo-key").write_text("pk_live_1\n")
        assert Settings(var=tmp_path).demo_key == "pk_live_1"
