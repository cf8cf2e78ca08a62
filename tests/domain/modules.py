"""Everything of the domain, imported: what is declared at import is complete then."""

import importlib
import pkgutil

import domain

MODULES = [importlib.import_module(module.name) for module in pkgutil.walk_packages(domain.__path__, "domain.")]
