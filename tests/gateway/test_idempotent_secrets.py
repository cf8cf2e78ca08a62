"""What is kept for an Idempotency-Key is unreadable wherever the database lies (Q-10): by its bytes, and by its rows."""

import base64
import subprocess
from pathlib import Path

from domain.idempotency.model import IdempotentRequest
from tests.domain.privacy.people import everything
from tests.gateway.test_idempotency import KEY, LONG, same
from tests.gateway.test_idempotent_mutations import ask
from tests.support.http import Http
from tests.support.world import World

MAKE = 'mutation { createApiKey(input: {name: "canary"}) { ... on NewApiKey { secret apiKey { key name } } } }'
REGISTER = """mutation { registerAccount(input: {email: "canary@example.com", company: "Canary Ltd"}) {
  ... on Registration { secret accountKey } } }"""


def stored(world: World) -> bytes:
    """All bytes of the file and its log, or of a dump; and all rows as text."""
    url = world.settings.database
    if world.settings.on_sqlite:
        file = Path(str(url.database))
        return b"".join(path.read_bytes() for path in file.parent.glob(f"{file.name}*")) + everything(world).encode()
    plain = url.set(drivername="postgresql").render_as_string(hide_password=False)
    return subprocess.run(["pg_dump", plain], check=True, capture_output=True).stdout + everything(world).encode()


def spellings(word: str) -> set[bytes]:
    plain = word.encode()
    return {plain, plain.hex().encode(), base64.b64encode(plain)[:-4], word.encode("utf-16-le")}


async def test_neither_secrets_nor_keys_lie_in_the_database(http: Http) -> None:
    first = await ask(http, MAKE)
    registered = await ask(http, REGISTER, idempotency=LONG, key=None)
    secret = first.json()["data"]["createApiKey"]["secret"]
    other = registered.json()["data"]["registerAccount"]["secret"]
    content = stored(http.world)
    assert b"canary@example.com" in content, "the test would find it"
    for word in (secret, secret[12:], other, other[12:], KEY, LONG):
        assert [spelling for spelling in spellings(word) if spelling in content] == []
    same(first, await ask(http, MAKE))
    same(registered, await ask(http, REGISTER, idempotency=LONG, key=None))


async def test_whoever_changes_a_row_changes_no_answer(http: Http) -> None:
    """A record under another's name, or with another's content, opens for nobody."""
    await ask(http, MAKE)
    await ask(http, MAKE, idempotency="other")
    table = IdempotentRequest.__table__
    async with http.world.work() as uow:
        rows = (await uow.session.execute(table.select().where(table.c.account_id == http.world.account_id))).all()
        [mine, others] = rows
        swapped = table.update().where(table.c.account_id == http.world.account_id, table.c.name == mine.name)  # type: ignore[attr-defined]
        await uow.session.execute(swapped.values(made=others.made, answer=others.answer))
    replies = [await ask(http, MAKE), await ask(http, MAKE, idempotency="other")]
    assert sorted("secret" in reply.text for reply in replies) == [False, True]
    [refused] = [reply for reply in replies if "secret" not in reply.text]
    assert refused.json()["errors"][0]["extensions"]["code"] == "INTERNAL"
