"""doctor: says of each thing whether it is well, and what to do when it is not."""

import re
import socket
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest
import sqlalchemy as sa
from aiosmtpd.controller import Controller

from gateway import checkup, storage
from gateway.settings import Settings
from gateway.stripe_fake.listening import listen
from gateway.stripe_fake.server import StripeFake
from tests.gateway.cli.conftest import Cli, Said
from tests.gateway.test_selling import WHOLE
from tests.support.databases import SECRET

SELLER = {f"SELLER_{name}": value for name, value in WHOLE.items()}
SQLITE = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
POSTGRESQL = pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)


class Nobody:
    """Takes any mail."""


@pytest.fixture
def mail_server(unused_tcp_port: int) -> Iterator[int]:
    server = Controller(Nobody(), hostname="127.0.0.1", port=unused_tcp_port)
    server.start()
    yield unused_tcp_port
    server.stop()


def findings(said: Said) -> dict[str, tuple[str, str]]:
    """What is said of each thing: whether it is well, and how it is."""
    found = {}
    for line in said.out.splitlines():
        told = re.fullmatch(r"(well|look)  ([a-z ]+): (.+)", line)
        assert told is not None, line
        found[told[2]] = (told[1], told[3])
    assert said.error == ""
    assert said.code == (1 if "look" in {mark for mark, _says in found.values()} else 0)
    return found


def only_wrong(said: Said) -> tuple[str, str]:
    """The one thing that is not well, and what is said of it."""
    [(subject, (_mark, says))] = [(subject, told) for subject, told in findings(said).items() if told[0] == "look"]
    return subject, says


async def test_all_is_well(cli: Cli, database_url: str, tmp_path: Path) -> None:
    found = findings(await cli("doctor"))
    assert list(found) == ["settings", "write access", "secret", "database", "migrations", "clock", "mail", "payments", "operator"]
    assert {mark for mark, _says in found.values()} == {"well"}
    kind = {"sqlite": "SQLite", "postgresql": "PostgreSQL"}[database_url.partition(":")[0]]
    assert re.fullmatch(rf"{kind} \d.* answers", found["database"][1])
    assert found["secret"] == ("well", "set")
    assert found["mail"][1].startswith(f"no mail server: mails become files in {tmp_path}/mail. Set CENTIL_MAIL_URL")
    assert SECRET not in str(found)


async def test_a_schema_of_another_release(cli: Cli, database_url: str, tmp_path: Path) -> None:
    settings = Settings(var=tmp_path, database_url=database_url)
    engine = sa.create_engine(storage.sync_url(settings), poolclass=sa.NullPool)
    for step, says in (("0000", "Run: centil migrate"), ("9999", "Run the newer release, or restore a backup.")):
        with engine.begin() as connection:
            connection.execute(sa.text("UPDATE alembic_version SET version_num = :step"), {"step": step})
        subject, told = only_wrong(await cli("doctor"))
        assert subject == "migrations"
        assert told.endswith(says)


async def test_a_database_that_does_not_answer(cli: Cli, database_url: str, tmp_path: Path, unused_tcp_port: int) -> None:
    """What needs it is left out; the rest is still looked at."""
    (tmp_path / "text").write_text("This is no database, but it is longer than the head of one. " * 3)
    sqlite = database_url.startswith("sqlite")
    cli.set(DATABASE_URL=f"sqlite:///{tmp_path}/text" if sqlite else f"postgresql://owner:geheim@127.0.0.1:{unused_tcp_port}/x")
    said = await cli("doctor")
    subject, told = only_wrong(said)
    assert subject == "database"
    assert re.fullmatch(r"cannot connect: .*(not a database|refused)\. Check CENTIL_DATABASE_URL\.", told)
    assert list(findings(said)) == ["settings", "write access", "secret", "database", "mail", "payments", "operator"]
    assert "geheim" not in said.out


@SQLITE
async def test_a_database_that_is_not_there_yet(cli: Cli, tmp_path: Path) -> None:
    """To look is not to make."""
    cli.set(DATABASE_URL=f"sqlite:///{tmp_path}/new.sqlite3")
    assert only_wrong(await cli("doctor")) == ("database", f"there is none yet at {tmp_path}/new.sqlite3. Run: centil migrate")
    assert not (tmp_path / "new.sqlite3").exists()


@SQLITE
async def test_a_folder_that_cannot_be_written(cli: Cli, tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    cli.set(VAR=str(tmp_path / "file" / "var"))
    subject, says = only_wrong(await cli("doctor"))
    assert subject == "write access"
    assert says == f"cannot write to {tmp_path}/file/var: Not a directory. Make it writable, or set CENTIL_VAR."


@SQLITE
async def test_a_secret_that_others_can_read(cli: Cli, tmp_path: Path) -> None:
    """Q-4."""
    cli.set(SECRET="")
    assert findings(await cli("doctor"))["secret"] == ("well", f"made at first start, in {tmp_path}/secret")
    (tmp_path / "secret").write_text(SECRET)
    (tmp_path / "secret").chmod(0o640)
    assert only_wrong(await cli("doctor")) == ("secret", f"others can read {tmp_path}/secret. Run: chmod 600 {tmp_path}/secret")
    (tmp_path / "secret").chmod(0o600)
    assert findings(await cli("doctor"))["secret"][0] == "well"


@POSTGRESQL
async def test_a_secret_of_this_machine_alone(cli: Cli, tmp_path: Path) -> None:
    cli.set(SECRET="")
    subject, says = only_wrong(await cli("doctor"))
    assert subject == "secret"
    assert says == f"it lies in {tmp_path}/secret; several servers need the same one: set CENTIL_SECRET to its content everywhere"


@POSTGRESQL
async def test_a_clock_that_differs_from_the_database(cli: Cli, monkeypatch: pytest.MonkeyPatch) -> None:
    assert re.fullmatch(r"within \d\.\d seconds of the database's", findings(await cli("doctor"))["clock"][1])
    monkeypatch.setattr(checkup, "MOST_DRIFT", -1.0)
    subject, says = only_wrong(await cli("doctor"))
    assert subject == "clock"
    assert re.fullmatch(r"this machine and the database differ by \d seconds\. Synchronise their clocks\.", says)


@SQLITE
async def test_a_mail_server(cli: Cli, mail_server: int) -> None:
    cli.set(MAIL_URL=f"smtp://someone:geheim@127.0.0.1:{mail_server}")
    mark, says = findings(await cli("doctor"))["mail"]
    assert mark == "well"
    assert re.fullmatch(rf"127\.0\.0\.1:{mail_server} answers in \d+ ms", says)


@SQLITE
async def test_a_mail_server_that_does_not_answer(cli: Cli, unused_tcp_port: int) -> None:
    cli.set(MAIL_URL=f"smtp://someone:geheim@127.0.0.1:{unused_tcp_port}")
    said = await cli("doctor")
    subject, says = only_wrong(said)
    assert subject == "mail"
    assert re.fullmatch(rf"127\.0\.0\.1:{unused_tcp_port} does not answer: .*refused\. Check CENTIL_MAIL_URL\.", says)
    assert "geheim" not in said.out


@SQLITE
@pytest.mark.parametrize(("scheme", "port"), [("smtp", 25), ("smtp+starttls", 587), ("smtps", 465)])
async def test_the_mail_server_is_asked_where_mails_would_go(cli: Cli, scheme: str, port: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """A URL without a port means the port of its scheme, for the check as for the mails."""

    def refuses(address: tuple[str, int], *_arguments: object, **_options: object) -> None:
        raise ConnectionRefusedError(f"asked {address[0]} at {address[1]}")

    monkeypatch.setattr(socket, "create_connection", refuses)
    cli.set(MAIL_URL=f"{scheme}://mail.example.com")
    assert only_wrong(await cli("doctor")) == (
        "mail",
        f"mail.example.com:{port} does not answer: asked mail.example.com at {port}. Check CENTIL_MAIL_URL.",
    )


class TestPayments:
    """The key is known, the webhook has its secret, and Stripe can reach the server where money is real."""

    @pytest.fixture
    async def fake(self) -> AsyncIterator[StripeFake]:
        made = StripeFake()
        await made.start(listen(0))
        yield made
        await made.stop()

    @SQLITE
    async def test_that_are_set_up(self, cli: Cli, fake: StripeFake) -> None:
        cli.set(STRIPE_KEY="sk_test_1", STRIPE_WEBHOOK_SECRET="whsec_1", STRIPE_URL=fake.address)
        mark, says = findings(await cli("doctor"))["payments"]
        assert (mark, says.partition(":")[0]) == ("well", "test payments")

    @SQLITE
    async def test_without_the_secret_of_the_webhook(self, cli: Cli) -> None:
        cli.set(STRIPE_KEY="sk_test_1")
        assert only_wrong(await cli("doctor")) == ("payments", "Stripe cannot tell what is paid. Set CENTIL_STRIPE_WEBHOOK_SECRET.")

    @SQLITE
    @pytest.mark.parametrize(
        "address", ["", "http://centil.example.com", "https://10.0.0.1", "https://localhost", "https://centil.internal"]
    )
    async def test_of_real_money_need_a_public_address(self, cli: Cli, address: str) -> None:
        cli.set(STRIPE_KEY="sk_live_1", STRIPE_WEBHOOK_SECRET="whsec_1", BASE_URL=address)
        subject, says = only_wrong(await cli("doctor"))
        assert (subject, says.endswith("Set CENTIL_BASE_URL.")) == ("payments", True)

    @SQLITE
    async def test_with_a_key_that_stripe_does_not_know(self, cli: Cli, fake: StripeFake) -> None:
        told = {"STRIPE_WEBHOOK_SECRET": "whsec_1", "STRIPE_URL": fake.address, "BASE_URL": "https://centil.example.com"}
        cli.set(STRIPE_KEY="sk_live_1", **told, **SELLER)
        _, says = only_wrong(await cli("doctor"))
        assert says.startswith(f"{fake.address} does not know the key")

    @SQLITE
    async def test_of_real_money_need_a_seller(self, cli: Cli) -> None:
        cli.set(STRIPE_KEY="sk_live_1", STRIPE_WEBHOOK_SECRET="whsec_1", BASE_URL="https://centil.example.com")
        _, says = only_wrong(await cli("doctor"))
        assert says == "real money, but invoices name an example as the seller. Set CENTIL_SELLER_COMPANY and its like."

    @SQLITE
    async def test_at_an_address_where_nobody_is(self, cli: Cli, unused_tcp_port: int) -> None:
        cli.set(STRIPE_KEY="sk_test_1", STRIPE_WEBHOOK_SECRET="whsec_1", STRIPE_URL=f"http://127.0.0.1:{unused_tcp_port}")
        _, says = only_wrong(await cli("doctor"))
        assert "does not answer as it should (APIConnectionError)" in says
