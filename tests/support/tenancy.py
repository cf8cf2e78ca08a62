"""The hook that holds every statement of the tests to its account (Q-1)."""

from typing import Any

from sqlalchemy import Delete, Select, Update

from domain.kernel import tenancy

_passed: set[Any] = set()
ACROSS_ACCOUNTS: set[str] = set()
"""Texts of statements that commands may run across accounts; empty, and a test keeps it so."""


def check_statement(_connection: Any, statement: Any, *_: Any) -> None:
    """Refuse a statement that touches an account-owned table without saying whose; each shape is looked at once."""
    if not isinstance(statement, (Select, Update, Delete)):
        return
    key = statement._generate_cache_key()
    shape = key.key if key else None
    if shape is not None and shape in _passed:
        return
    tenancy.check(statement)
    if shape is not None:
        _passed.add(shape)
