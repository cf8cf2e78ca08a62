"""What all pages share: the stored operations, the templates, and what they load."""

from importlib import resources
from typing import Any
from urllib.parse import urlsplit

import jinja2

from gateway.front import Front
from gateway.pages.assets import Assets
from gateway.stored import StoredOperations

PACKAGE = "gateway.pages"


class Site:
    """The parts of the pages, made once at start."""

    def __init__(self, front: Front) -> None:
        folder = resources.files(PACKAGE)
        self.front = front
        self.root = urlsplit(front.settings.address).path
        """The path below which people reach the server; empty unless a proxy gives it one."""
        self.operations = StoredOperations(front.executor, folder / "operations")
        self.assets = Assets(folder / "static", self.root)
        self._templates = jinja2.Environment(
            loader=jinja2.PackageLoader(PACKAGE),
            autoescape=True,
            undefined=jinja2.StrictUndefined,
            trim_blocks=True,
            lstrip_blocks=True,
            auto_reload=False,
        )
        self._templates.globals["asset"] = self.assets.address

    def render(self, template: str, facts: dict[str, Any]) -> str:
        return self._templates.get_template(template).render(facts)
