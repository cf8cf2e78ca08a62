"""Credits: what is left, and the ledger it comes from."""

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Annotated, Any

import strawberry

from domain.access import queries as access
from domain.billing import queries
from domain.billing.packages import order_of
from domain.invites import queries as invites
from domain.kernel.permissions import Permission
from domain.kernel.statements import Read, Row
from domain.orders import queries as orders
from domain.products import catalog
from resolvers import ids
from resolvers.access import Account
from resolvers.context import Context
from resolvers.enums import CreditKind
from resolvers.fields import Connection, attribute, batched, computed, edge, graph_type, listing, query
from resolvers.inputs import defaulted
from resolvers.nodes import Node, findable
from resolvers.products import Product

if TYPE_CHECKING:
    from resolvers.attempts import Attempt
    from resolvers.orders import Order

READ = Permission.BILLING_READ
FOR_ATTEMPT = "attempt:"
"""How the reference of a credit begins that a completed attempt used."""


async def _attempts(read: Read, account_id: int, references: Collection[str]) -> dict[str, Row]:
    """The attempts that movements name as what they were for."""
    numbers = {int(reference.removeprefix(FOR_ATTEMPT)): reference for reference in references if reference.startswith(FOR_ATTEMPT)}
    found = await invites.attempts_by_id(read, account_id, list(numbers)) if numbers else {}
    return {numbers[number]: row for number, row in found.items()}


async def _orders(read: Read, account_id: int, references: Collection[str]) -> dict[str, Row]:
    """The orders that movements name."""
    keys = {reference: key for reference in references if (key := order_of(reference))}
    found = await orders.by_keys(read, account_id, list(set(keys.values()))) if keys else {}
    return {reference: found[key] for reference, key in keys.items() if key in found}


async def _products(read: Read, account_id: int, keys: Collection[str]) -> dict[str, Any]:
    """What was bought with each order, as far as it is still sold."""
    found = await orders.by_keys(read, account_id, keys)
    return {key: catalog.find(order.product) for key, order in found.items()}


@graph_type(requires=READ, description="One movement of credits; never changed afterwards.")
class CreditEntry(Node):
    id: strawberry.ID = computed(ids.encoder("CreditEntry"), columns=("key",), description="Opaque id.")
    key: str = attribute("Its key: `crd_…`.")
    kind: CreditKind = attribute("Why credits moved.")
    amount: int = attribute("How many: positive when they were added, negative when they were used.")
    reference: str = attribute("What it was for; each reference moves credits once.")
    attempt: Annotated["Attempt", strawberry.lazy("resolvers.attempts")] | None = edge(
        _attempts, key="reference", description="The attempt whose completion used it; null for other movements."
    )
    order: Annotated["Order", strawberry.lazy("resolvers.orders")] | None = edge(
        _orders, key="reference", description="The order that it was bought with, or taken back of; null for other movements."
    )
    at: datetime = attribute("When.")


@graph_type(requires=READ, description="Credits that were added at once: credits = used + refunded + remaining.")
class CreditPackage:
    key: str = attribute("The key of the movement that added them: `crd_…`.")
    kind: CreditKind = attribute("Whether they were bought or given.")
    credits: int = attribute("How many were added.")
    used: int = attribute("How many of them were used; those that were added first are used first.")
    refunded: int = attribute("How many of them were taken back with a refund.")
    remaining: int = attribute("How many of them are left.")
    order_key: str | None = attribute("The order that they were bought with; null when they were given.")
    order: Annotated["Order", strawberry.lazy("resolvers.orders")] | None = edge(
        orders.by_keys, key="order_key", description="The order that they were bought with; null when they were given."
    )
    product: Product | None = edge(
        _products, key="order_key", description="What they were bought as; null when they were given, or it is not sold any more."
    )
    added_at: datetime = attribute("When they were added.")


@graph_type(requires=READ, description="What the account has: available = granted + bought − refunded − used, never below zero.")
class Balance:
    available: int = attribute("How many attempts can be completed.")
    granted: int = attribute("Credits given without payment, in all.")
    bought: int = attribute("Credits bought, in all.")
    refunded: int = attribute("Credits taken back with refunds, in all.")
    used: int = attribute("Credits used by completed attempts, in all.")

    @batched("How many invites are pending; they reserve nothing.")
    async def pending_invites(parents: Sequence[Any], context: Context) -> list[int]:
        pending = await invites.pending(context.read, context.account_id, now=context.now)
        return [pending for _ in parents]

    @batched("The account they belong to.")
    async def account(parents: Sequence[Any], context: Context) -> list[Account]:
        account: Any = await access.by_id(context.read, context.account_id)
        return [account for _ in parents]

    @batched("The hundred newest purchases and grants, newest first, with what is left of each: the oldest are used first.")
    async def packages(parents: Sequence[Any], context: Context) -> list[list[CreditPackage]]:
        packages: Any = await queries.packages(context.read, context.account_id)
        return [packages for _ in parents]


@strawberry.input(description="Which movements of credits.")
class CreditEntryFilter:
    kind: list[CreditKind] | None = defaulted("Those of these kinds.", None)
    at_from: datetime | None = defaulted("At this moment or later.", None)
    at_until: datetime | None = defaulted("Before this moment.", None)


@strawberry.type
class BillingQuery:
    @query(requires=READ, description="What the account has, has bought and has used.")
    async def balance(context: Context) -> Balance:
        return await queries.balance(context.read, context.account_id)  # type: ignore[return-value]

    credit_entries: Connection[CreditEntry] = listing(
        lambda context, window, _order, given: queries.ledger(context.read, context.account_id, window, given=given),
        of=CreditEntry,
        requires=READ,
        filter=CreditEntryFilter,
        description="Every movement of credits, newest first.",
    )


findable("CreditEntry", READ, queries.entries_by_key)
