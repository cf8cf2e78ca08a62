"""Everything a type of the graph is declared with: its fields, its lists, its root fields and who may use them."""

from resolvers.declared import (
    Info,
    arg,
    attribute,
    batched,
    computed,
    edge,
    graph_type,
    query,
    subscription,
    unfold,
)
from resolvers.paging import Connection, connection, listing
from resolvers.problems import mutation, read_by

__all__ = [
    "Connection",
    "Info",
    "arg",
    "attribute",
    "batched",
    "computed",
    "connection",
    "edge",
    "graph_type",
    "listing",
    "mutation",
    "query",
    "read_by",
    "subscription",
    "unfold",
]
