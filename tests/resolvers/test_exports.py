"""Exports over the graph: asked for, made by a job, downloaded, and read back."""

import csv
import io
from datetime import timedelta
from typing import Any

import orjson
import pytest

from domain.exports import commands, files, jobs, queries
from domain.exports.layout import GERMAN
from domain.exports.model import Export
from domain.kernel import events
from domain.kernel.actor import Actor, ActorKind
from domain.kernel.errors import Forbidden
from domain.kernel.permissions import Permission
from domain.kernel.spreadsheets import BOM
from domain.privacy import commands as privacy
from domain.results.scoring import label_of
from tests.support import measured
from tests.support.http import Http
from tests.support.measured import INSTRUMENT, Measured
from tests.support.world import START, World

ASK = """mutation E($input: ExportResultsInput!) { exportResults(input: $input) {
  __typename
  ... on Export { key status progressPercent rows total download { url } }
  ... on Problem { kind code details { ... on LimitReached { limit } } } } }"""
LOOK = """query L($key: ID!) { export(key: $key) {
  id key format people labels answers status progressPercent rows total size createdAt finishedAt expiresAt
  download { url mediaType expiresAt } } }"""
EVIL = ("=1+1", "+49", "-x", "@sum", "\tcell", 'a "b"; c,d\nline', "Ünal Weiß", "李 雷")


async def ask(http: Http, **input: Any) -> Any:
    return (await http.graph(ASK, input={"format": "CSV", **input}))["exportResults"]


async def look(http: Http, key: str, credential: str = "") -> Any:
    answer = (await http.request("POST", "/graphql", key=credential, json={"query": LOOK, "variables": {"key": key}})).json()
    assert "errors" not in answer, answer
    return answer["data"]["export"]


async def made(http: Http, **input: Any) -> bytes:
    """The file of an export."""
    key = (await ask(http, **input))["key"]
    await http.world.run_jobs()
    return await fetched(http, key)


async def fetched(http: Http, key: str) -> bytes:
    told = await look(http, key)
    assert told["status"] == "READY", told
    reply = await http.request("GET", told["download"]["url"].removeprefix(http.world.settings.address), key=None)
    assert (reply.status, len(reply.body)) == (200, told["size"])
    assert reply.headers["Content-Type"] == told["download"]["mediaType"]
    return reply.body


def table(content: bytes, delimiter: str = ",") -> list[dict[str, str]]:
    assert content.startswith(BOM)
    return list(csv.DictReader(io.StringIO(content.decode("utf-8-sig"), newline=""), delimiter=delimiter, strict=True))


def shown(tenths: int | None) -> str:
    return "" if tenths is None else str(tenths / 10)


@pytest.fixture
async def results(http: Http) -> list[Measured]:
    """Some results in the order in which they are exported."""
    made = sorted(measured.some(23, people=15, gaps=0.15), key=lambda result: result.at)
    for result in made:
        result.name = EVIL[result.person % len(EVIL)]
    await measured.fill(http.world, made)
    http.world.advance(days=200)
    return made


class TestCsv:
    async def test_has_a_line_a_result(self, http: Http, results: list[Measured], monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(queries, "AT_ONCE", 5)
        rows = table(await made(http, answers=True, labels=True))
        assert [row["attempt"] for row in rows] == [str(5_000 + number) for number in range(len(results))]
        for row, result in zip(rows, results, strict=True):
            assert row["candidate"] == f"cand_{http.world.account_id}_{result.person}"
            assert row["completed_at"] == result.at.isoformat(timespec="milliseconds").replace("+00:00", "Z")
            assert (row["instrument"], row["norm_group"]) == ("escprofile@1.0", "1@1")
            wir = result.scored.wir_ich
            assert row["wir_percent"] == shown(wir.wir_tenths if wir else None)
            assert row["tendency"] == (wir.tendency if wir else "")
            for scale, raw, c in zip(INSTRUMENT.scales, result.scored.raw_tenths, result.scored.c_tenths, strict=True):
                assert (row[f"{scale.key}_raw"], row[f"{scale.key}_c"]) == (shown(raw), shown(c))
                assert row[f"{scale.key}_label"] == ("" if c is None else label_of(c))
            assert [row[f"answer_{item.key}"] for item in INSTRUMENT.items] == [str(answer or "") for answer in result.answers]
        assert {"name", "email"} & set(rows[0]) == set()
        assert any("" in row.values() for row in rows), "a gap somewhere"

    async def test_names_people_only_when_asked_and_runs_no_formula(self, http: Http, results: list[Measured]) -> None:
        """Q-19."""
        rows = table(await made(http, people=True))
        names = {row["email"]: row["name"] for row in rows}
        for result in results:
            name = EVIL[result.person % len(EVIL)]
            assert names[f"person{result.person}@example.com"] == ("'" + name if name[0] in "=+-@\t" else name)
        assert b"=1+1" not in await made(http)
        assert not any(column.endswith("_label") or column.startswith("answer_") for column in rows[0])

    async def test_for_german_spreadsheets(self, http: Http, results: list[Measured]) -> None:
        rows = table(await made(http, delimiter="SEMICOLON", language="DE", labels=True), ";")
        for row, result in zip(rows, results, strict=True):
            scale = INSTRUMENT.scales[3]
            assert row[f"{scale.key}_raw"] == shown(result.scored.raw_tenths[3]).replace(".", ",")
            c = result.scored.c_tenths[3]
            assert row[f"{scale.key}_label"] == ("" if c is None else GERMAN[label_of(c)])


class TestJsonLines:
    async def test_has_an_object_a_line(self, http: Http, results: list[Measured]) -> None:
        content = await made(http, format="JSON_LINES", people=True, answers=True, labels=True)
        objects = [orjson.loads(line) for line in content.splitlines()]
        assert content.endswith(b"\n")
        for number, (told, result) in enumerate(zip(objects, results, strict=True), 5_000):
            assert told["attempt"] == number
            assert (told["name"], told["email"]) == (EVIL[result.person % len(EVIL)], f"person{result.person}@example.com")
            assert list(told["scales"]) == [scale.key for scale in INSTRUMENT.scales]
            for scale, c in zip(told["scales"].values(), result.scored.c_tenths, strict=True):
                assert scale["cValue"] == (None if c is None else c / 10)
                assert scale["label"] == (None if c is None else label_of(c))
            assert list(told["answers"].values()) == list(result.answers)

    async def test_may_have_none(self, http: Http) -> None:
        assert await made(http, format="JSON_LINES") == b""
        assert table(await made(http)) == []


class TestFilters:
    async def test_choose_what_is_exported(self, http: Http, results: list[Measured]) -> None:
        middle = results[11].at
        mine = f"cand_{http.world.account_id}_{results[0].person}"
        for filter, kept in [
            ({"completedFrom": middle.isoformat()}, [result for result in results if result.at >= middle]),
            ({"completedUntil": middle.isoformat()}, [result for result in results if result.at < middle]),
            ({"candidate": [mine, "cand_nobody"]}, [result for result in results if result.person == results[0].person]),
            ({"instrument": "escprofile@1.0", "normGroup": "1"}, results),
            ({"normGroup": "1001"}, []),
            ({"team": "1"}, []),
        ]:
            rows = table(await made(http, filter=filter))
            assert [row["completed_at"][:19] for row in rows] == [result.at.isoformat()[:19] for result in kept], filter

    async def test_leave_out_what_was_completed_after_it_was_asked_for(self, http: Http) -> None:
        await measured.fill(http.world, [Measured(1, START, [3] * 115), Measured(2, START + timedelta(seconds=1), [3] * 115)])
        assert len(table(await made(http))) == 1

    async def test_are_checked(self, http: Http) -> None:
        before = await http.world.rows()
        for filter, code in [({"instrument": "x"}, "UNKNOWN_INSTRUMENT"), ({"candidate": ["x"] * 1001}, "BAD_REQUEST")]:
            assert (await ask(http, filter=filter))["code"] == code
        assert await http.world.rows() == before
        assert http.world.jobs.due == []


class TestProgress:
    async def test_is_told(self, http: Http, results: list[Measured], monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(queries, "AT_ONCE", 10)
        asked = await ask(http)
        assert {name: asked[name] for name in ("status", "progressPercent", "rows", "total", "download")} == {
            "status": "PENDING",
            "progressPercent": 0,
            "rows": 0,
            "total": None,
            "download": None,
        }
        seen = []

        def watching(step: Any) -> Any:
            async def watched(*arguments: Any) -> Any:
                made = await step(*arguments)
                told = await look(http, asked["key"])
                seen.append((told["status"], told["progressPercent"], told["rows"], told["total"], told["download"]))
                return made

            return watched

        for name in ("_begun", "_note_progress"):
            monkeypatch.setattr(jobs, name, watching(getattr(jobs, name)))
        await http.world.run_jobs()
        assert seen == [("RUNNING", percent, rows, 23, None) for percent, rows in ((0, 0), (43, 10), (86, 20), (99, 23))]
        told = await look(http, asked["key"])
        assert (told["status"], told["progressPercent"], told["rows"], told["total"]) == ("READY", 100, 23, 23)
        assert told["finishedAt"] == told["createdAt"]

    async def test_a_step_that_dies_leaves_no_half_file_and_begins_anew(
        self, http: Http, results: list[Measured], monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """Q-9."""
        monkeypatch.setattr(queries, "AT_ONCE", 10)
        key, ports = (await ask(http))["key"], http.world.ports()
        written, calls = jobs._Making._written, iter(range(100))

        async def dying(self: Any, rows: Any) -> bytes:
            if next(calls) == 1:
                raise ConnectionError("killed")
            return await written(self, rows)

        monkeypatch.setattr(jobs._Making, "_written", dying)
        with pytest.raises(ConnectionError):
            await jobs.make.run(ports, http.world.account_id, key)
        assert await ports.files.names("exports") == []
        assert (await look(http, key))["status"] == "RUNNING"
        await jobs.make.run(ports, http.world.account_id, key)
        told = await look(http, key)
        assert (told["status"], told["rows"]) == ("READY", 23)
        again = await ports.files.get(files.name(http.world.account_id, key, "csv"))
        await jobs.make.run(ports, http.world.account_id, key)
        assert await ports.files.get(files.name(http.world.account_id, key, "csv")) == again

    async def test_what_cannot_be_made_says_so(self, http: Http, results: list[Measured], monkeypatch: pytest.MonkeyPatch) -> None:
        async def broken(_self: Any, _rows: Any) -> bytes:
            raise ConnectionError("no store")

        monkeypatch.setattr(jobs._Making, "_written", broken)
        key = (await ask(http))["key"]
        for tried in range(1, jobs.MOST_TRIES + 1):
            assert (await look(http, key))["status"] == ("PENDING" if tried == 1 else "RUNNING")
            with pytest.raises(ConnectionError):
                await jobs.make.run(http.world.ports(), http.world.account_id, key)
        assert (await look(http, key))["status"] == "FAILED"
        await jobs.make.run(http.world.ports(), http.world.account_id, key)
        assert (await look(http, key))["download"] is None

    async def test_workers_that_die_again_and_again_end_in_failure(self, http: Http) -> None:
        key = (await ask(http))["key"]
        async with http.world.work() as uow:
            row = await uow.lock(Export, uow.account_id, key)
            assert row is not None
            row.status, row.tries = "running", jobs.MOST_TRIES
        await http.world.run_jobs()
        assert (await look(http, key))["status"] == "FAILED"


class TestEnd:
    async def test_a_day_after_it_was_ready(self, http: Http, results: list[Measured]) -> None:
        world = http.world
        key = (await ask(http))["key"]
        world.advance(hours=5)
        await world.run_jobs()
        url = (await look(http, key))["download"]["url"].removeprefix(world.settings.address)
        world.advance(hours=23, minutes=59)
        assert (await look(http, key))["status"] == "READY"
        assert await jobs.expire.run(world.ports()) == 0
        world.advance(minutes=1)
        told = await look(http, key)
        assert (told["status"], told["download"]) == ("EXPIRED", None)
        assert (await http.request("GET", url, key=None)).status == 404
        assert await jobs.expire.run(world.ports()) == 1
        assert await look(http, key) is None
        assert await world.ports().files.names("exports") == []

    async def test_by_deleting_it(self, http: Http, results: list[Measured]) -> None:
        world = http.world
        await made(http)
        [key] = [node["key"] for node in (await http.graph("{ exports(first: 5) { nodes { key } } }"))["exports"]["nodes"]]
        text = "mutation D($key: ID!) { deleteExport(input: {key: $key}) { ... on DeletedExport { key } ... on Problem { code } } }"
        body = {"query": text, "variables": {"key": key}}
        answers = [(await http.request("POST", "/graphql", json=body)).json()["data"]["deleteExport"] for _ in range(2)]
        assert answers == [{"key": key}, {"code": "NOT_FOUND"}]
        assert len(await world.ports().files.names("exports")) == 1
        await world.run_jobs()
        assert await world.ports().files.names("exports") == []

    @pytest.mark.parametrize("end", ["delete", "withdraw"])
    async def test_while_it_is_made(self, http: Http, results: list[Measured], monkeypatch: pytest.MonkeyPatch, end: str) -> None:
        """A file with somebody in it who is being erased is never there afterwards, whichever comes first."""
        world = http.world
        monkeypatch.setattr(queries, "AT_ONCE", 10)

        async def ended(key: str) -> None:
            async with world.work() as uow:
                await (commands.remove(uow, key) if end == "delete" else commands.withdraw(uow))

        for moment in ("_written", "finish"):
            key = (await ask(http))["key"]
            original = getattr(jobs._Making, moment)

            async def ending(self: Any, *arguments: Any, key: str = key, original: Any = original) -> Any:
                await ended(key)
                return await original(self, *arguments)

            with monkeypatch.context() as patch:
                patch.setattr(jobs._Making, moment, ending)
                await jobs.make.run(world.ports(), world.account_id, key)
            assert await world.ports().files.names("exports") == []
            told = await look(http, key)
            assert told is None if end == "delete" else (told["status"], told["download"]) == ("WITHDRAWN", None)

    async def test_by_erasing_somebody_takes_back_what_is_ready(self, http: Http, results: list[Measured]) -> None:
        await made(http)
        waiting = (await ask(http))["key"]
        async with http.world.work() as uow:
            assert await commands.withdraw(uow) == 1
        assert (await look(http, waiting))["status"] == "PENDING", "it will be made of what is left"

    async def test_by_erasing_somebody_in_the_graph(self, http: Http, results: list[Measured]) -> None:
        await made(http, people=True)
        [key] = [node["key"] for node in (await http.graph("{ exports(first: 5) { nodes { key } } }"))["exports"]["nodes"]]
        async with http.world.work() as uow:
            await privacy.erase(uow, f"cand_{http.world.account_id}_{results[0].person}")
        told = await look(http, key)
        assert (told["status"], told["download"]) == ("WITHDRAWN", None)
        await http.world.run_jobs()
        assert await http.world.ports().files.names("exports") == []

    async def test_without_its_file(self, http: Http, results: list[Measured]) -> None:
        key = (await ask(http))["key"]
        await http.world.run_jobs()
        url = (await look(http, key))["download"]["url"].removeprefix(http.world.settings.address)
        await http.world.ports().files.delete(files.folder(http.world.account_id))
        reply = await http.request("GET", url, key=None)
        assert (reply.status, reply.json()["error"]["message"]) == (404, "This export is not there any more. Ask for a new one.")


class TestAccess:
    async def test_needs_what_is_in_it(self, world: World) -> None:
        everything = {Permission.EXPORTS_WRITE, Permission.RESULTS_READ, Permission.CANDIDATES_READ, Permission.ATTEMPTS_READ}
        before = await world.rows()
        for missing, options in [
            (Permission.RESULTS_READ, {}),
            (Permission.CANDIDATES_READ, {"people": True}),
            (Permission.ATTEMPTS_READ, {"answers": True}),
        ]:
            actor = Actor(ActorKind.KEY, world.account_id, frozenset(everything - {missing}), "key_x")
            with pytest.raises(Forbidden):
                async with world.work(actor) as uow:
                    await commands.request(uow, format=commands.Format.CSV, conditions={"instrument": "escprofile"}, **options)
        assert await world.rows() == before

    async def test_gives_a_link_only_to_those_who_may_read_what_is_in_it(self, http: Http, results: list[Measured]) -> None:
        key = (await ask(http, people=True))["key"]
        await http.world.run_jobs()
        text = "mutation K($input: CreateApiKeyInput!) { createApiKey(input: $input) { ... on NewApiKey { secret } } }"
        for permissions, seen in (["EXPORTS_READ", "RESULTS_READ"], False), (["EXPORTS_READ", "RESULTS_READ", "CANDIDATES_READ"], True):
            answer = await http.graph(text, input={"name": "narrow", "permissions": permissions})
            told = await look(http, key, answer["createApiKey"]["secret"])
            assert told["status"] == "READY"
            assert (told["download"] is not None) is seen

    async def test_knows_no_other_account(self, http: Http, results: list[Measured]) -> None:
        """Q-1."""
        other, key = await http.world.other_account()
        await measured.fill(http.world, measured.some(3, people=3, seed=9), actor=other, first=9_000)
        mine = (await ask(http))["key"]
        await http.world.run_jobs()
        assert await look(http, mine, key.secret) is None
        assert (await http.graph("{ exports(first: 5) { totalCount } }", key=key.secret))["exports"]["totalCount"] == 0
        text = "mutation D($input: DeleteExportInput!) { deleteExport(input: $input) { ... on Problem { code } } }"
        assert (await http.graph(text, key=key.secret, input={"key": mine}))["deleteExport"] == {"code": "NOT_FOUND"}
        assert len(table(await made(http))) == len(results)

    async def test_is_limited_to_five_at_once(self, http: Http) -> None:
        for _ in range(5):
            assert (await ask(http))["__typename"] == "Export"
        refused = await ask(http)
        assert (refused["kind"], refused["code"], refused["details"]) == ("TOO_MANY", "TOO_MANY_EXPORTS", {"limit": 5})
        await http.world.run_jobs()
        assert (await ask(http))["__typename"] == "Export"


class TestEvents:
    async def test_tell_what_happened_and_nobody_s_name(self, http: Http, results: list[Measured]) -> None:
        await made(http, people=True)
        rows = [row for row in await events.after(http.world.database.read(), http.world.account_id, 0) if row.type.startswith("export.")]
        assert [(row.type, set(row.facts)) for row in rows] == [
            ("export.requested", {"format", "people", "answers"}),
            ("export.started", {"rows", "tries"}),
            ("export.ready", {"rows", "size"}),
        ]
