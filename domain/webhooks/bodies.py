"""What messages say: in the graph's own words, or in those of an API that the webhook was registered with."""

from sqlalchemy import update

from domain.kernel import events
from domain.kernel.actor import Actor
from domain.kernel.ports import Ports
from domain.kernel.statements import Row
from domain.webhooks import queries, words
from domain.webhooks.model import Delivery
from domain.webhooks.status import Canceled, Format


async def body_of(ports: Ports, account_id: int, delivery: Row, format: str) -> bytes | Canceled:
    """The body of a delivery, written at its first try and the same ever after; or why there is none."""
    if delivery.body is not None:
        return bytes(delivery.body, "utf-8")
    if delivery.rendered_at is not None:
        return Canceled.ERASED
    happened = await events.by_sequence(ports.database.read(), account_id, delivery.sequence)
    assert happened is not None, "events are never deleted"
    body = in_own_words(happened) if format == Format.CENTIL else await ports.messages.body(format, account_id, happened)
    if body is None:
        return Canceled.NOTHING_TO_TELL
    return await _kept(ports, account_id, delivery.key, body)


def in_own_words(happened: Row) -> bytes:
    """An event in the graph's own words."""
    timestamp = happened.at.isoformat(timespec="milliseconds").replace("+00:00", "Z")
    return words.in_own_words(
        type=happened.type, timestamp=timestamp, sequence=happened.sequence, subject=happened.subject, facts=happened.facts
    )


async def _kept(ports: Ports, account_id: int, key: str, body: bytes) -> bytes | Canceled:
    """Keep a body, unless somebody else was faster; theirs holds then."""
    async with ports.database.work(Actor.system(account_id)) as uow:
        mine = update(Delivery).where(Delivery.account_id == account_id, Delivery.key == key, Delivery.rendered_at.is_(None))
        if await uow.change(mine.values(body=body.decode(), rendered_at=uow.now)):
            return body
    row = (await queries.deliveries_by_key(ports.database.read(), account_id, [key])).get(key)
    return bytes(row.body, "utf-8") if row is not None and row.body is not None else Canceled.ERASED
