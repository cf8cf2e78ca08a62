"""What merging does for others: erasing again somebody whom a restored backup still has merged into another."""

from domain.merging.commands import separate
from domain.privacy.commands import SEPARATING

SEPARATING.append(separate)
