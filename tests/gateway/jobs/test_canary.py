"""Canary words in every place a person's data can be: found before an erasure, and in none after it (Q-11).

With the real queue, a worker, mails in files, the server over HTTP; by the bytes of the SQLite file and its log, or a full
dump of PostgreSQL, all files, the log lines and what the server keeps in memory.
"""

import base64
import io
import logging
import os
import subprocess
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest
import sqlalchemy as sa

from domain.kernel.inputs import folded
from domain.kernel.ports import Ports
from gateway import storage
from gateway.adapters.files import store
from gateway.adapters.mail import mailer
from gateway.logs import Structured
from tests.domain.privacy.people import Person, candidate_of, erasure_of, everything
from tests.gateway.jobs.durable import Durable
from tests.support.http import Http
from tests.support.world import World, some_answers

WHO = Person(4711)
SEND = """mutation {{ sendInvite(input: {{email: "{0.email}", name: "{0.name}", label: "{0.label}"}}) {{
  ... on Invite {{ key }} ... on Problem {{ message }} }} }}"""
"""Names in the text of the operation, as careless callers write them."""
TELL = """mutation($key: ID!, $given: String!, $family: String!) {
  updateCandidate(input: {key: $key, givenName: $given, familyName: $family, birthYear: 1971, gender: DIVERSE}) {
    ... on Candidate { name } ... on Problem { message } } }"""
ASK = """mutation($slug: String!, $email: String!, $name: String!) {
  requestEntry(input: {slug: $slug, email: $email, name: $name, language: DE}) { __typename ... on Problem { message } } }"""
START = "mutation($invite: ID!) { startAttempt(input: {invite: $invite}) { ... on Attempt { key } ... on Problem { message } } }"
SAVE = """mutation($attempt: ID!, $answers: [AnswerInput!]!) {
  saveAnswers(input: {attempt: $attempt, answers: $answers}) { ... on Attempt { answered } ... on Problem { message } } }"""
COMPLETE = "mutation($attempt: ID!) { completeAttempt(input: {attempt: $attempt}) { ... on Attempt { key } ... on Problem { message } } }"
FIND = 'query {{ candidates(first: 9, filter: {{text: "{0.given}"}}) {{ nodes {{ key name email }} }} }}'
ERASE = """mutation($key: ID!) { eraseCandidate(input: {key: $key}) {
  ... on CandidateErased { originalName originalEmail erasure { key finishedAt } } ... on Problem { message } } }"""


def spellings(word: str) -> set[bytes]:
    """A word as it may be written: plain, wide, escaped, or in base64 wherever it begins."""
    plain = word.encode()
    escaped = word.encode("ascii", "backslashreplace")
    shifted = {base64.b64encode(b" " * shift + plain)[4 if shift else 0 : -4] for shift in range(3)}
    return {plain, word.encode("utf-16-le"), escaped, quote(word).encode(), quote(word).replace("%", "=").encode(), *shifted}


SPELLINGS = {spelling: word for word in WHO.words for spelling in spellings(word) if len(spelling) >= 8}


def told(content: bytes) -> set[str]:
    """Which words stand in some bytes, however they are written."""
    content = content.replace(b"=\r\n", b"").replace(b"\r\n", b"")  # mails break their lines
    return {word for spelling, word in SPELLINGS.items() if spelling in content}


def on_disk(world: World) -> dict[str, set[str]]:
    """The files of the installation that name them, the database and its log among them."""
    files = [Path(folder) / name for folder, _, names in os.walk(world.settings.var) for name in names]
    return {str(file.relative_to(world.settings.var)): words for file in files if (words := told(file.read_bytes()))}


def dumped(world: World) -> set[str]:
    """What a dump of the whole database says of them."""
    url = world.settings.database
    if world.settings.on_sqlite:
        return told(everything(world).encode())
    plain = url.set(drivername="postgresql").render_as_string(hide_password=False)
    return told(subprocess.run(["pg_dump", "--inserts", plain], check=True, capture_output=True).stdout)


def kept(world: World) -> list[bool]:
    """Whether each request with an Idempotency-Key still has what it made or its answer, which nobody can read but its caller."""
    engine = sa.create_engine(storage.sync_url(world.settings), poolclass=sa.NullPool)
    columns = "made IS NOT NULL, answer IS NOT NULL"
    with engine.connect() as connection:
        return [any(row) for row in connection.execute(sa.text(f"SELECT {columns} FROM idempotent_request ORDER BY created_at"))]


def in_memory(http: Http) -> set[str]:
    """What the server's caches say of them."""
    front = http.server.front
    compiled = [vars(cached).get("binds", {}) for cached in front.database.engine.sync_engine._compiled_cache.values()]
    values = [bind.value for binds in compiled for bind in binds.values()]
    return told("\n".join(map(str, [*front.executor.documents._kept, *front.persisted._registered.values(), *values])).encode())


@pytest.fixture
def lines() -> Iterator[io.StringIO]:
    """All that is logged, as it is written."""
    kept = io.StringIO()
    handler = logging.StreamHandler(kept)
    handler.setFormatter(Structured(as_text=False))
    root = logging.getLogger()
    level = root.level
    root.addHandler(handler)
    root.setLevel(logging.INFO)
    yield kept
    root.removeHandler(handler)
    root.setLevel(level)


async def asked(http: Http, query: str, *, once: str = "", **variables: Any) -> Any:
    """Run an operation with a variable that is named like an option of the client, or one to be done `once`."""
    headers = {"Idempotency-Key": once} if once else {}
    return (await http.request("POST", "/graphql", json={"query": query, "variables": variables}, headers=headers)).json()["data"]


async def lived(http: Http, world: World) -> tuple[str, int]:
    """Everything that happens to a person, by the product's own doors; their key and the number of their attempt."""
    invite = (await asked(http, SEND.format(WHO), once="invite"))["sendInvite"]["key"]
    key = await candidate_of(world, WHO.email)
    told = await asked(http, TELL, once="tell", key=key, given=WHO.given, family=WHO.family)
    assert await asked(http, TELL, once="tell", key=key, given=WHO.given, family=WHO.family) == told
    slug = (await http.graph("{ account { openLinkUrl } }"))["account"]["openLinkUrl"].rsplit("/", 1)[-1]
    await http.graph(ASK, slug=slug, email=WHO.email, name=WHO.name)
    attempt = str((await http.graph(START, invite=invite))["startAttempt"]["key"])
    answers = [{"item": item, "value": value} for item, value in some_answers(1).items()]
    await http.graph(SAVE, attempt=attempt, answers=answers)
    await http.graph(COMPLETE, attempt=attempt)
    assert (await http.graph(FIND.format(WHO)))["candidates"]["nodes"][0]["key"] == key
    await http.request("GET", f"/api/v1/search?q={quote(WHO.given)}")
    await http.request("POST", "/graphql", json={"query": FIND.format(WHO) + " {"})  # what fails is logged
    return key, int(attempt)


class TestNothingIsLeft:
    @pytest.fixture
    async def http(self, durable: Durable) -> AsyncIterator[Http]:
        made = await Http.open(durable.world)
        yield made
        await made.close()

    async def test_of_somebody_who_was_everywhere(self, durable: Durable, http: Http, lines: io.StringIO) -> None:
        world = durable.world
        files = store(world.settings)
        ports: Ports = world.ports(mailer(world.settings))
        async with durable.worker(ports.mailer):
            key, attempt = await lived(http, world)
            for name in (
                f"reports/{world.account_id}/{key}/standard.pdf",
                f"team-reports/{world.account_id}/7.pdf",
                f"exports/{world.account_id}/1.csv",
            ):
                await files.put(name, f"{WHO.name};{WHO.email}".encode())
            await files.put(f"exports/{world.sandbox_id}/1.csv", b"of another account")
            await durable.done()
            self.is_everywhere(http, world)
            assert kept(world) == [True, True]
            said = (await asked(http, ERASE, once="erase", key=key))["eraseCandidate"]
            assert (said["originalName"], said["originalEmail"]) == (f"{WHO.given} {WHO.family}", WHO.email)
            await durable.done()
            assert (await erasure_of(world, key)).finished_at is not None
            assert kept(world) == [False, False, False]
            assert on_disk(world) == {}
            assert dumped(world) == set()
            assert in_memory(http) == set()
            assert set().union(*(told(str(rows).encode()) for rows in durable.tables().values())) == set()
            assert (await http.graph(FIND.format(Person(4712))))["candidates"]["nodes"] == []
            for searched in (WHO.given, folded(WHO.family), WHO.email):
                found = await http.graph("query($t: String!) { candidates(first: 9, filter: {text: $t}) { nodes { key } } }", t=searched)
                assert found["candidates"]["nodes"] == []
            left = await http.graph("query($k: ID!) { attempt(key: $k) { result { scales { cValue } } } }", k=str(attempt))
            assert left["attempt"]["result"]["scales"][0]["cValue"] is not None
        assert await files.get(f"exports/{world.sandbox_id}/1.csv") == b"of another account"
        assert told(lines.getvalue().encode()) == set()
        assert "privacy.finish" in lines.getvalue()

    def is_everywhere(self, http: Http, world: World) -> None:
        """The test would find what is left, for it finds all there is."""
        places = on_disk(world)
        kinds = {name.split("/")[0].split("-")[0] if "/" in name else name for name in places}
        assert {"mail", "files"} <= kinds
        assert sum(name.startswith("mail/") for name in places) == 2
        assert sum(name.startswith("files/") for name in places) == 3
        if world.settings.on_sqlite:
            assert {"centil.sqlite3", "centil.sqlite3-wal"} & kinds
        assert {WHO.given, WHO.family, folded(WHO.given), f"Labelcanary{WHO.number}"} <= dumped(world)
        assert {WHO.given, f"zzcanary{WHO.number}qx"} <= in_memory(http)
