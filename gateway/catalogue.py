"""The catalogue of events as a page for people: docs/events.md."""

from collections.abc import Iterator
from typing import Any

import orjson

from domain.catalogue import EVENT_TYPES
from domain.kernel.event_types import EventType

INTRODUCTION = """# What can happen

Made by `centil events`; a test holds this page to the code.

Every change in an account is an event: a row with a number of its own in the account, counted from 1 without gaps, written in the
same transaction as the change. Events never change and are kept for good. They say what happened to which object and give keys,
numbers and codes, never anything personal: who it was is asked from the graph, by whoever may read it.

```graphql
{ events(last: 10, filter: {type: [INVITE_COMPLETED]}) { nodes { sequence name at actor facts subject { id } } } }
subscription { events(types: [INVITE_COMPLETED], after: 1042) { sequence name facts subject { ... on Invite { status } } } }
```

A subscription goes over WebSocket (graphql-transport-ws) or as server-sent events, whose ids are the numbers: whoever gives the last
one seen, as `after` or `Last-Event-ID`, goes on without gap or repeat on any server. Both need the permission `events:read`.
`eventTypes` has what follows as JSON Schema, for code generation. Later releases may add types and facts; they take none away.

To see them, and to hand them to a program on your own machine without an address on the internet:

```sh
centil listen --types 'invite.*'                             # of the demo account on this machine
centil listen --url https://centil.example.com --key pk_live_… --forward http://localhost:3000/hook
centil trigger invite.completed                              # makes it happen, in the sandbox alone
```

`--forward` posts each as a webhook would be sent: the body below, with the headers of Standard Webhooks (`webhook-id`,
`webhook-timestamp`, `webhook-signature`) and, with `--format esc`, `X-Webhook-Signature: sha256=…` over the raw body. The secret is
shown at the start; `--secret` or `CENTIL_CLIENT_SECRET` keeps one. `CENTIL_CLIENT_URL` and `CENTIL_CLIENT_KEY` name server and key.
"""


def page() -> str:
    """The whole page, as Markdown."""
    return "\n".join([INTRODUCTION, *_parts()])


def _parts() -> Iterator[str]:
    context = ""
    for type in EVENT_TYPES:
        if (found := type.name.partition(".")[0]) != context:
            context = found
            yield f"## {context.replace('_', ' ').capitalize()}\n"
        yield "\n".join(_lines(type))


def _lines(type: EventType) -> Iterator[str]:
    yield f"### `{type.name}`\n"
    yield f"{type.description} Subject: {type.subject.name} (`{type.subject.example}`).\n"
    if type.facts:
        yield "| fact | type | meaning |"
        yield "| --- | --- | --- |"
        for name, fact in type.facts.items():
            yield f"| `{name}` | {_kind(fact.schema)}{', may be left out' if fact.optional else ''} | {fact.description} |"
        yield ""
    body = {"type": type.name, "timestamp": "2026-11-22T08:30:00.000Z", "sequence": 1042}
    body["data"] = {"subject": type.subject.example, **type.example}
    yield f"```json\n{orjson.dumps(body).decode()}\n```\n"


def _kind(schema: Any) -> str:
    if "enum" in schema:
        return "one of " + ", ".join(f"`{value}`" for value in schema["enum"])
    if schema["type"] == "array":
        return f"list: {_kind(schema['items'])}"
    return {"string": "key", "integer": "number", "boolean": "yes or no"}[schema["type"]]
