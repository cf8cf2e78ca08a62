"""How a process is told to stop."""

import asyncio
import contextlib
import signal


def told_to_stop() -> asyncio.Event:
    """An event that a signal sets."""
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        with contextlib.suppress(NotImplementedError):  # Windows: its loops hear no signals, Ctrl+C ends them
            loop.add_signal_handler(number, stop.set)
    return stop
