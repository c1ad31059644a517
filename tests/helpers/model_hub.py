"""A hub of models on this machine that behaves like the public one: large files lie elsewhere, behind a redirect."""

import hashlib
from collections.abc import Callable
from pathlib import Path

from tests.helpers.local_server import LocalHandler, LocalServer

_LARGE = (".onnx",)  # what is kept as Git LFS
Fault = Callable[["_Handler", bytes], None]


def cuts_after(n_bytes: int) -> Fault:
    """The connection ends in the middle of the body."""

    def fault(handler: "_Handler", content: bytes) -> None:
        handler.answer(200, content, sent=n_bytes)
        handler.close_connection = True

    return fault


def refuses(status: int) -> Fault:
    def fault(handler: "_Handler", _content: bytes) -> None:
        handler.answer(status, b"Sorry")

    return fault


def sends(other: bytes) -> Fault:
    """Something else of the same length."""

    def fault(handler: "_Handler", content: bytes) -> None:
        handler.answer(200, (other * len(content))[: len(content)])

    return fault


def waits(handler: "_Handler", content: bytes) -> None:
    """Half of it comes; the rest never does."""
    handler.answer(200, content, sent=len(content) // 2)
    handler.site.closing.wait(60)
    handler.close_connection = True


class _Handler(LocalHandler):
    def do_HEAD(self) -> None:
        self.do_GET()

    def do_GET(self) -> None:
        repository, resolved, name = self.path[1:].partition("/resolve/main/")
        if resolved:
            self._resolve(f"{repository}/{name}")
        else:
            self._send(self.path.removeprefix("/cdn/").removeprefix("/api/resolve-cache/"))

    def _resolve(self, key: str) -> None:
        content = self.site.files.get(key)
        if content is None:
            self.answer(404, b"Entry not found")
        elif key.endswith(_LARGE):
            told = {"X-Linked-Etag": f'"{hashlib.sha256(content).hexdigest()}"', "X-Linked-Size": str(len(content))}
            self.answer(302, b"", {"Location": f"/cdn/{key}", **told})
        else:
            self.answer(307, b"", {"Location": f"/api/resolve-cache/{key}"})

    def _send(self, key: str) -> None:
        content = self.site.files[key]
        if self.command == "HEAD":
            digest = hashlib.sha1(b"blob %d\0" % len(content) + content).hexdigest()
            self.answer(200, content, {"ETag": f'"{digest}"'})
            return
        name = key.rpartition("/")[2]
        wanted = self.headers.get("Range", "")
        self.site.asked.append((name, wanted))
        faults = self.site.faults.get(name)
        if faults:
            faults.pop(0)(self, content)
        elif wanted:
            start = int(wanted.removeprefix("bytes=").rstrip("-"))
            if start >= len(content):
                self.answer(416, b"", {"Content-Range": f"bytes */{len(content)}"})
            else:
                told = {"Content-Range": f"bytes {start}-{len(content) - 1}/{len(content)}"}
                self.answer(206, content[start:], told)
        else:
            self.answer(200, content)


class ModelHub(LocalServer):
    """A context manager. Serves folders by the name of their repository.

    faults: of the next requests for the content of a file, by its name. asked: (file, Range) of each of them.
    """

    handler = _Handler

    def __init__(self, **folders: Path):
        super().__init__()
        self.files = {
            f"{name.replace('__', '/').replace('_', '-')}/{path.relative_to(folder).as_posix()}": path.read_bytes()
            for name, folder in folders.items()
            for path in folder.rglob("*")
            if path.is_file()
        }
        self.faults: dict[str, list[Fault]] = {}
        self.asked: list[tuple[str, str]] = []

    def ranges(self, name: str) -> list[str]:
        return [wanted for asked, wanted in self.asked if asked == name]


class _Mirror(LocalHandler):
    def do_HEAD(self) -> None:
        self.do_GET()

    def do_GET(self) -> None:
        self.answer(308, b"Permanent Redirect. See the hub.", {"Location": self.site.hub_url + self.path})


class Mirror(LocalServer):
    """A context manager. It leads everybody to the hub, and knows nothing of its files."""

    handler = _Mirror

    def __init__(self, hub_url: str):
        super().__init__()
        self.hub_url = hub_url
