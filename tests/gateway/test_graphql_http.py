"""The server audits of the `graphql-http` suite (Q-14), run on Node where there is one."""

import asyncio
import hashlib
import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.gateway.conftest import Serve
from tests.support import missing

PROJECT = Path(__file__).parents[1] / "graphql_http"
AUDITS = 61


@pytest.fixture(scope="session")
def audits() -> Path:
    """The installed suite, outside of the sources; installed again only when its lock file changed."""
    missing.need_node()
    files = [PROJECT / name for name in ("package.json", "package-lock.json", "audit.mjs")]
    digest = hashlib.sha256(b"".join(file.read_bytes() for file in files)).hexdigest()[:12]
    folder = Path(sys.prefix) / "graphql-http" / digest
    if not (folder / "installed").exists():
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir(parents=True)
        for file in files:
            shutil.copy(file, folder)
        command = ["npm", "ci", "--ignore-scripts", "--no-audit", "--no-fund", "--prefer-offline"]
        done = subprocess.run(command, cwd=folder, check=False, capture_output=True, text=True, timeout=300)
        if done.returncode and not os.environ.get(missing.COMPLETE):
            pytest.skip(f"npm could not install the suite: {done.stderr.strip()[-200:]}")
        assert not done.returncode, done.stderr
        (folder / "installed").touch()
    return folder


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
async def test_all_audits_pass(serve: Serve, audits: Path) -> None:
    http = await serve(public_rate_limit=1000)
    node = await asyncio.create_subprocess_exec("node", str(audits / "audit.mjs"), f"{http.base}/graphql", stdout=asyncio.subprocess.PIPE)
    out, _ = await node.communicate()
    results = json.loads(out)
    assert [result for result in results if result["status"] != "ok"] == []
    assert len(results) == AUDITS
