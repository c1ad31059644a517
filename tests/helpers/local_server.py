"""An HTTP server on this machine, for as long as a block of a test lasts."""

import sys
import threading
from collections.abc import Mapping
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, Self


class LocalServer:
    """A context manager. closing: set at its end, so that a handler that waits can let go."""

    handler: type["LocalHandler"]

    def __init__(self) -> None:
        self.closing = threading.Event()

    def __enter__(self) -> Self:
        self._server = _Server(("127.0.0.1", 0), self.handler)
        self._server.site = self
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.02,), name=type(self).__name__)
        self._thread.start()
        return self

    def __exit__(self, *_exc_info: object) -> None:
        self.closing.set()
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self._server.server_port}"


class _Server(ThreadingHTTPServer):
    daemon_threads = False
    block_on_close = True
    site: LocalServer

    def handle_error(self, request, client_address) -> None:
        if not isinstance(sys.exception(), ConnectionError):  # a client that has had enough
            super().handle_error(request, client_address)


class LocalHandler(BaseHTTPRequestHandler):
    """site: the LocalServer that it answers for."""

    protocol_version = "HTTP/1.1"
    timeout = 10

    @property
    def site(self) -> Any:
        return self.server.site

    def log_message(self, *_arguments: object) -> None:
        """Nothing."""

    def answer(self, status: int, content: bytes, headers: Mapping[str, str] | None = None, sent: int | None = None):
        """sent: how much of the content goes out, all of it by default."""
        self.send_response(status)
        for name, value in {"Content-Length": str(len(content)), **(headers or {})}.items():
            self.send_header(name, value)
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(content[:sent])
            self.wfile.flush()
