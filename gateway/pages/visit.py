"""One request to a page: who asks, in which language, and how it is answered."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlencode

from aiohttp import web

from domain.kernel.language import Language
from gateway.front import REQUEST_ID, Caller
from gateway.pages.failures import Internal, Refused
from gateway.pages.site import Site
from gateway.pages.texts import Texts, language_of, preferred

HEADERS = {
    "Content-Security-Policy": (
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; "
        "form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
    ),
    "Referrer-Policy": "no-referrer",
    "Cache-Control": "no-store",
    "X-Robots-Tag": "noindex",
    "Cross-Origin-Resource-Policy": "same-origin",
}


@dataclass(slots=True)
class Visit:
    """One request and the answer it gets."""

    site: Site
    request: web.Request
    home: str
    """The path of the link that was opened; addresses of pages begin with it."""
    here: str
    """The page below `home` that the language switch leads to."""
    caller: Caller | None = None
    company: str = ""
    text: Texts = field(init=False)
    _chosen: Language | None = field(init=False)

    def __post_init__(self) -> None:
        self._chosen = language_of(self.request.query.get("lang"))
        self.text = Texts(self._chosen or preferred(self.request.headers.get("Accept-Language", "")))

    @property
    def language(self) -> Language:
        return self.text.language

    def speak(self, language: str) -> None:
        """Take the language of the invite, unless another one was chosen."""
        if self._chosen is None:
            self.text = Texts(Language(language.lower()))

    def link(self, page: str = "", **query: Any) -> str:
        """The address of a page of this link, in the language that is spoken."""
        return f"{self.site.root}{self.home}{page}?{urlencode(query | {'lang': self.language.value})}"

    def told(self, names: Iterable[str]) -> list[str]:
        """Which of these the address says are wrong.

        A form that is refused leads to a page that is asked for with GET, for browsers go back to no other; what somebody
        wrote never stands in its address.
        """
        wrong = self.request.query.get("wrong", "").split(".")
        return [name for name in names if name in wrong]

    async def ask(self, operation: str, **variables: Any) -> Any:
        """Run a stored operation and return its data.

        Raises Refused.
        """
        assert self.caller is not None, "nobody asks before they are admitted"
        context = self.site.front.context(self.caller, self.request[REQUEST_ID])
        answer = await self.site.operations.run(operation, variables, context)
        if answer.failure is not None:
            raise Refused.by(answer.failure)
        if answer.errors:
            raise Internal
        return answer.data

    async def do(self, operation: str, **input: Any) -> Any:
        """Run a stored mutation and return what it made.

        Raises Refused.
        """
        [made] = (await self.ask(operation, input=input)).values()
        if made["__typename"] == "Problem":
            raise Refused.told(made)
        return made

    def page(self, template: str, status: int = 200, **facts: Any) -> web.Response:
        """Answer with a page."""
        shared = {
            "t": self.text,
            "language": self.language.value,
            "company": self.company,
            "link": self.link,
            "switch": {language.value: self._switched(language) for language in Language},
        }
        body = self.site.render(template, shared | facts)
        return web.Response(text=body, status=status, content_type="text/html", headers=HEADERS)

    def _switched(self, language: Language) -> str:
        return f"{self.site.root}{self.home}{self.here}?lang={language.value}"

    def notice(self, section: str, status: int, *, action: tuple[str, str] | None = None, **facts: Any) -> web.Response:
        """Answer with a page that only says something, and may offer one link: its words and its address."""
        return self.page("notice.html", status, section=section, facts={"company": self.company} | facts, action=action)

    def go(self, page: str = "", **query: Any) -> web.Response:
        """Send the browser to another page, which it asks for with GET."""
        return self.away(self.link(page, **query))

    def away(self, address: str) -> web.Response:
        return web.Response(status=303, headers={**HEADERS, "Location": address})
