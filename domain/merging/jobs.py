"""What follows a merge: files about either candidate are deleted, they are made again when somebody asks."""

from domain.kernel.jobs import job
from domain.kernel.ports import Ports
from domain.merging import queries
from domain.privacy.finishing import OWN, SHARED


@job("merging.tidy")
async def tidy(ports: Ports, account_id: int, key: str) -> None:
    """Delete the reports of two candidates, which name them and lie under their keys, and those of teams."""
    row = (await queries.by_keys(ports.database.read(), account_id, [key])).get(key)
    if row is None:
        return
    for folder in OWN:
        for candidate in (row.kept_key, row.absorbed_key):
            await ports.files.delete(folder.format(account=account_id, candidate=candidate))
    for folder in SHARED:
        await ports.files.delete(folder.format(account=account_id))
