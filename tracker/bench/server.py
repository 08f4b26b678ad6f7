"""The web server as in production, in a process of its own, for as long as it is measured."""

import multiprocessing
import socket
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from multiprocessing.process import BaseProcess

_PATIENCE_S = 60.0
_EACH_S = 0.1


def free_port() -> int:
    """A port of this machine that nobody listens on."""
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        port: int = listener.getsockname()[1]
    return port


@contextmanager
def serving(port: int, serve: Callable[..., None], *args: object) -> Iterator[None]:
    """Runs ``serve(*args)`` in another process until the context ends; begins when it listens on ``port``.

    :raises RuntimeError: when it stops or does not listen within a minute
    """
    # A new interpreter: nothing of this process's memory is counted as the server's.
    process = multiprocessing.get_context("spawn").Process(target=serve, args=args)
    process.start()
    try:
        _wait(process, port)
        yield
    finally:
        process.terminate()
        process.join()


def _wait(process: BaseProcess, port: int) -> None:
    for _ in range(round(_PATIENCE_S / _EACH_S)):
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                return
        process.join(_EACH_S)
        if not process.is_alive():
            raise RuntimeError(f"the server stopped with exit code {process.exitcode}")
    raise RuntimeError("the server does not answer")
