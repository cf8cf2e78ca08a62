"""`make test`: every check, one after another; says what it left out and why."""

import os
import shutil
import subprocess
import sys
import time
from pathlib import Path

from tests.support import missing

ROOT = Path(__file__).parent.parent
MEMORY = Path("/dev/shm")
ROOMY = 4 << 30
"""Bytes that must be free there; a container may have been given 64 MB."""


def main() -> int:
    """Run the checks; the exit code is 0 when all passed."""
    long = "--long" in sys.argv[1:]
    lacking = missing.names()
    if lacking:
        print(f"Left out on this machine, for want of: {', '.join(lacking)}.")
        if os.environ.get(missing.COMPLETE):
            print(f"{missing.COMPLETE} is set: nothing may be left out.")
            return 1
    python = [sys.executable, "-m"]
    workers = str(max(2, min(os.cpu_count() or 2, 4)))
    steps = {
        "ruff": [*python, "ruff", "check", "--quiet", "."],
        "ruff format": [*python, "ruff", "format", "--quiet", "--check", "."],
        "mypy": [*python, "mypy"],
        "pytest": [*python, "pytest", "-n", workers, "--dist", "loadgroup", *(["--long"] if long else [])],
    }
    failed = [name for name, command in steps.items() if not _passes(name, command)]
    if failed:
        print(f"Failed: {', '.join(failed)}.")
    return bool(failed)


def _passes(name: str, command: list[str]) -> bool:
    began = time.monotonic()
    print(f"── {name}", flush=True)
    code = subprocess.call(command, cwd=ROOT, env={**os.environ, **_in_memory()})
    print(f"   {'passed' if code == 0 else 'FAILED'} in {time.monotonic() - began:.0f} s", flush=True)
    return code == 0


def _in_memory() -> dict[str, str]:
    """Where databases of tests lie: in memory where there is room, for nobody cuts the power of a test."""
    if "TMPDIR" in os.environ or not MEMORY.is_mount() or shutil.disk_usage(MEMORY).free < ROOMY:
        return {}
    return {"TMPDIR": str(MEMORY)}


if __name__ == "__main__":
    sys.exit(main())
