"""The address that test payments listen at, on this machine only."""

import contextlib
import socket

HOST = "127.0.0.1"
USUAL_PORT = 12111
"""That of stripe-mock, which people know."""


def listen(*ports: int) -> socket.socket:
    """Bind the first of some ports of this machine that is free; 0 is any. Whoever connects waits until there is a server.

    Raises OSError when none is.
    """
    *first, last = ports
    for port in first:
        with contextlib.suppress(OSError):
            return _bound(port)
    return _bound(last)


def _bound(port: int) -> socket.socket:
    made = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
    try:
        made.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        made.bind((HOST, port))
        made.listen(128)
    except OSError:
        made.close()
        raise
    return made


def address_of(listening: socket.socket) -> str:
    return f"http://{HOST}:{listening.getsockname()[1]}"
