"""Operations asked for by name: trusted documents from a manifest, and those that clients register by their hash."""

import hashlib
from collections import OrderedDict
from collections.abc import Mapping

from domain.kernel.errors import DomainError, Kind
from gateway.bodies import BodyRefused

REGISTERED, CHARACTERS = 1_000, 1_000_000
"""How many documents clients may register, and how long all of them together may be; the least used leave first."""


class DocumentNotFound(DomainError):
    """The message is what clients of automatic persisted queries look for: they send the text then."""

    kind = Kind.NOT_FOUND
    code = "PERSISTED_QUERY_NOT_FOUND"
    text = "PersistedQueryNotFound"


class DocumentNotTrusted(DomainError):
    kind = Kind.FORBIDDEN
    code = "DOCUMENT_NOT_TRUSTED"
    text = "This server runs only documents that it was given beforehand. Ask for one by its id."


class Persisted:
    """Finds the text of an operation by its id or hash."""

    def __init__(self, trusted: Mapping[str, str] | None = None, *, only_trusted: bool = False) -> None:
        given = dict(trusted or {})
        self._texts = frozenset(given.values())
        self._trusted = {_sha256(text): text for text in self._texts} | given
        self._only_trusted = only_trusted
        self._registered: OrderedDict[str, str] = OrderedDict()
        self._characters = 0

    def text_of(self, query: str | None, document_id: str | None, sha256: str | None) -> str:
        """The text that a request means.

        Raises DocumentNotFound, DocumentNotTrusted, BodyRefused for a text of another hash.
        """
        if query is None:
            return self._known(document_id or sha256 or "")
        if self._only_trusted and query not in self._texts:
            raise DocumentNotTrusted
        if sha256 is not None and _sha256(query) != sha256:
            raise BodyRefused("'sha256Hash' is not the hash of 'query'.")
        return query

    def _known(self, name: str) -> str:
        if name in self._trusted:
            return self._trusted[name]
        if self._only_trusted:
            raise DocumentNotTrusted
        if name not in self._registered:
            raise DocumentNotFound
        self._registered.move_to_end(name)
        return self._registered[name]

    def register(self, text: str, sha256: str | None) -> None:
        """Keep a text that turned out to be a valid document, for those who send its hash alone."""
        if sha256 is None or sha256 in self._registered or sha256 in self._trusted:
            return
        self._registered[sha256] = text
        self._characters += len(text)
        while len(self._registered) > REGISTERED or self._characters > CHARACTERS:
            _, dropped = self._registered.popitem(last=False)
            self._characters -= len(dropped)

    def forget(self) -> None:
        """Forget what clients registered; they send a text again when its hash is not known."""
        self._registered.clear()
        self._characters = 0


def _sha256(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()
