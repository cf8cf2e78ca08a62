"""Operations asked for by id or by hash: trusted documents, and those that clients register."""

import hashlib
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

import orjson
import pytest

from gateway import persisted
from gateway.manifests import ManifestUnreadable, manifest
from gateway.persisted import DocumentNotFound, Persisted
from tests.gateway.listening import Socket
from tests.support.http import Http, Reply

TEXT = "query Kinds { __typename instruments { key } }"
NEWS = "subscription News { inviteChanged(after: 0) { type } }"
DATA = {"data": {"__typename": "Query", "instruments": [{"key": "escprofile"}]}}
Serve = Callable[..., Awaitable[Http]]


def sha256(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()


def by_hash(text: str) -> dict[str, Any]:
    return {"extensions": {"persistedQuery": {"version": 1, "sha256Hash": sha256(text)}}}


async def ask(http: Http, **body: Any) -> Reply:
    return await http.request("POST", "/graphql", json=body)


def code(reply: Reply) -> tuple[str, str]:
    [error] = reply.json()["errors"]
    assert "data" not in reply.json()
    return error["message"], error["extensions"]["code"]


class TestRegistered:
    async def test_are_sent_once_as_text_and_then_by_hash(self, http: Http) -> None:
        unknown = await ask(http, **by_hash(TEXT))
        assert (unknown.status, code(unknown)) == (200, ("PersistedQueryNotFound", "PERSISTED_QUERY_NOT_FOUND"))
        assert (await ask(http, query=TEXT, **by_hash(TEXT))).json() == DATA
        assert (await ask(http, **by_hash(TEXT))).json() == DATA
        extensions = orjson.dumps(by_hash(TEXT)["extensions"]).decode()
        assert (await http.request("GET", "/graphql", params={"extensions": extensions})).json() == DATA

    async def test_of_another_text_are_refused(self, http: Http) -> None:
        reply = await ask(http, query="{ __typename }", **by_hash(TEXT))
        assert (reply.status, reply.json()["errors"][0]["message"]) == (400, "'sha256Hash' is not the hash of 'query'.")
        assert code(await ask(http, **by_hash(TEXT)))[1] == "PERSISTED_QUERY_NOT_FOUND"

    async def test_that_cannot_run_are_not_kept(self, http: Http) -> None:
        for text in ("{ nothing }", "{"):
            await ask(http, query=text, **by_hash(text))
            assert code(await ask(http, **by_hash(text)))[1] == "PERSISTED_QUERY_NOT_FOUND"

    @pytest.mark.parametrize("wrong", [1, {}, {"version": 2, "sha256Hash": "x"}, {"version": 1}, {"version": 1, "sha256Hash": 5}])
    async def test_asked_for_in_another_way_are_refused(self, http: Http, wrong: Any) -> None:
        assert (await ask(http, query=TEXT, extensions={"persistedQuery": wrong})).status == 400

    async def test_serve_sockets_too(self, http: Http) -> None:
        await ask(http, query=TEXT, **by_hash(TEXT))
        async with Socket.open(http) as socket:
            await socket.send(type="subscribe", id="1", payload=by_hash(TEXT))
            assert (await socket.receive())["payload"] == DATA

    def test_are_bounded_in_number_and_size(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(persisted, "REGISTERED", 3)
        monkeypatch.setattr(persisted, "CHARACTERS", 10)
        kept = Persisted()

        def known() -> list[str]:
            return [text for text in ("aaa", "bbb", "ccc", "ddd", "e" * 9, "f" * 11) if _has(kept, text)]

        for text in ("aaa", "bbb", "ccc"):
            kept.register(text, sha256(text))
        kept.text_of(None, None, sha256("aaa"))  # so that it was used last
        kept.register("ddd", sha256("ddd"))
        assert known() == ["aaa", "ccc", "ddd"]
        kept.register("e" * 9, sha256("e" * 9))
        assert known() == ["e" * 9]
        kept.register("f" * 11, sha256("f" * 11))
        assert known() == []


def _has(kept: Persisted, text: str) -> bool:
    try:
        return sha256(text) in kept._registered and kept._registered[sha256(text)] == text
    except DocumentNotFound:
        return False


@pytest.fixture
def trusted(tmp_path: Path) -> Path:
    path = tmp_path / "documents.json"
    path.write_bytes(orjson.dumps({"kinds": TEXT, sha256(NEWS): NEWS}))
    return path


class TestTrusted:
    @pytest.mark.parametrize("name", ["documentId", "doc_id", "id"])
    async def test_are_asked_for_by_id(self, serve: Serve, trusted: Path, name: str) -> None:
        http = await serve(trusted_documents=trusted)
        assert (await ask(http, **{name: "kinds"})).json() == DATA
        assert (await http.request("GET", "/graphql", params={name: "kinds"})).json() == DATA
        assert code(await ask(http, **{name: "others"}))[1] == "PERSISTED_QUERY_NOT_FOUND"
        assert (await ask(http, **{name: 5})).status == 400

    async def test_are_found_by_hash_as_code_generators_send_it(self, serve: Serve, trusted: Path) -> None:
        http = await serve(trusted_documents=trusted)
        assert (await ask(http, **by_hash(TEXT))).json() == DATA, "whatever its id is"
        async with Socket.open(http) as socket:
            await http.world.invite()
            await socket.send(type="subscribe", id="1", payload=by_hash(NEWS))
            assert (await socket.receive())["payload"] == {"data": {"inviteChanged": {"type": "SENT"}}}

    async def test_alone_may_run_where_that_is_set(self, serve: Serve, trusted: Path) -> None:
        http = await serve(trusted_documents=trusted, only_trusted_documents=True)
        assert (await ask(http, documentId="kinds")).json() == DATA
        assert (await ask(http, query=TEXT)).json() == DATA, "the same text is the same document"
        for body in ({"query": "{ __typename }"}, by_hash("{ __typename }"), {"documentId": "others"}):
            assert code(await ask(http, **body))[1] == "DOCUMENT_NOT_TRUSTED"  # type: ignore[arg-type]
        async with Socket.open(http) as socket:
            await socket.send(type="subscribe", id="1", payload={"query": "{ __typename }"})
            assert (await socket.receive())["payload"][0]["extensions"]["code"] == "DOCUMENT_NOT_TRUSTED"
        assert (await http.esc("GET", "/balance")).status == 200, "REST has operations of its own"


class TestManifest:
    @pytest.mark.parametrize(
        "written",
        [
            {"a": TEXT},
            {
                "format": "apollo-persisted-query-manifest",
                "version": 1,
                "operations": [{"id": "a", "name": "Kinds", "type": "query", "body": TEXT}],
            },
        ],
    )
    def test_is_read_as_tools_write_it(self, tmp_path: Path, written: Any) -> None:
        path = tmp_path / "manifest.json"
        path.write_bytes(orjson.dumps(written))
        assert manifest(path) == {"a": TEXT}

    @pytest.mark.parametrize(
        ("written", "says"),
        [
            (b"{", "is not JSON"),
            (b"[]", "must map ids to texts"),
            (b'{"a": 1}', "must map"),
            (b'{"operations": [{"id": "a"}]}', "must map"),
        ],
    )
    def test_that_is_none_is_told(self, tmp_path: Path, written: bytes, says: str) -> None:
        path = tmp_path / "manifest.json"
        path.write_bytes(written)
        with pytest.raises(ManifestUnreadable, match=says):
            manifest(path)
        with pytest.raises(ManifestUnreadable, match=r"cannot read .*: No such file"):
            manifest(tmp_path / "nothing.json")
