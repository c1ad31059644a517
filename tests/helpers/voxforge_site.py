"""A web site on this machine that behaves like VoxForge's, on good days and on bad ones; and its archives."""

import gzip
import io
import random
import re
import socket
import struct
import tarfile
from collections.abc import Callable, Iterable, Mapping
from urllib.parse import quote, unquote

from tests.helpers.local_server import LocalHandler, LocalServer

PATH = "/downloads/Russian/Trunk/Audio/Main/16kHz_16bit/"
INDEX = ""  # the name under which the page itself can fail
_HEADER = """<!DOCTYPE HTML PUBLIC "-//W3C//DTD HTML 3.2 Final//EN">
<html><head><title>Index of {path}</title></head><body>
<a href="http://www.voxforge.org/home">VoxForge</a> <a href="http://www.voxforge.org/home/downloads">Downloads</a>
<pre><img src="/icons/blank.gif" alt="Icon "> <a href="?C=N;O=D">Name</a> <a href="?C=M;O=A">Last modified</a>
<a href="?C=S;O=A">Size</a> <hr><img src="/icons/back.gif" alt="[DIR]"> <a href="/downloads/">Parent Directory</a>   -
"""
_LINE = '<img src="/icons/compressed.gif" alt="[   ]"> <a href="{href}">{name}</a>   2014-05-23 12:30  {size}\n'
_FOOTER = '<hr></pre><a href="http://www.voxforge.org/home/about/legal">Legal: Terms and Conditions</a></body></html>\n'

Fault = Callable[["_Handler", bytes], None]


# --- archives ---


def tar_of(members: Iterable[tuple[str, bytes] | tarfile.TarInfo], encoding: str = "utf-8") -> bytes:
    """A gzipped tar of files (name, content) and of headers without content."""
    packed = io.BytesIO()
    with tarfile.open(fileobj=packed, mode="w:gz", encoding=encoding, format=tarfile.GNU_FORMAT) as tar:
        for member in members:
            if isinstance(member, tarfile.TarInfo):
                tar.addfile(member)
            else:
                header = tarfile.TarInfo(member[0])
                header.size = len(member[1])
                tar.addfile(header, io.BytesIO(member[1]))
    return packed.getvalue()


def header(name: str, kind: bytes, target: str = "") -> tarfile.TarInfo:
    """Something that is no ordinary file. kind: of tarfile's types; target: of a link."""
    member = tarfile.TarInfo(name)
    member.type, member.linkname = kind, target
    return member


def speech_archive(
    folder: str, sounds: Mapping[str, bytes], texts: Mapping[str, str], encoding: str = "utf-8", kind: str = "wav"
) -> bytes:
    """One session as VoxForge packs it. sounds: id -> file; texts: id -> prompt; kind: wav or flac."""
    prompts = "".join(f"{name} {text} \n" for name, text in texts.items())
    capitals = "".join(f"{folder}/mfc/{name} {text.upper()}\n" for name, text in texts.items())
    members = [(f"{folder}/{kind}/{name}.{kind}", content) for name, content in sounds.items()]
    members += [
        (f"{folder}/etc/prompts-original", prompts.encode(encoding)),
        (f"{folder}/etc/PROMPTS", capitals.encode(encoding)),
        (f"{folder}/etc/README", f"User Name:{folder}\n".encode()),
        (f"{folder}/LICENSE", b"GPL\n"),
    ]
    return tar_of([header(folder, tarfile.DIRTYPE), *members])


def small_archive(folder: str, n_bytes: int = 3000) -> bytes:
    """A session whose one recording is n_bytes that do not compress, for tests that only move it."""
    noise = random.Random(folder).randbytes(n_bytes)
    return speech_archive(folder, {"ru_0001": noise}, {"ru_0001": "Да."})


def bomb(folder: str, n_bytes: int = 200_000_000) -> bytes:
    """Zeros as a recording, made without holding them."""
    packed = io.BytesIO()
    with gzip.open(packed, "wb", compresslevel=9) as file:
        member = tarfile.TarInfo(f"{folder}/wav/ru_0001.wav")
        member.size = n_bytes
        file.write(member.tobuf())
        for _ in range(n_bytes // 1_000_000):
            file.write(bytes(1_000_000))
        file.write(bytes(1024))
    return packed.getvalue()


# --- what goes wrong ---


def answers(status: int, **headers: str) -> Fault:
    def fault(handler: "_Handler", content: bytes) -> None:
        handler.answer(status, b"Sorry", {name.replace("_", "-"): value for name, value in headers.items()})

    return fault


def resets_after(n_bytes: int) -> Fault:
    """The connection breaks off in mid-body."""

    def fault(handler: "_Handler", content: bytes) -> None:
        handler.answer(200, content, sent=n_bytes)
        handler.reset()

    return fault


def announces(n_more: int) -> Fault:
    """The announced length is wrong by n_more bytes; then the connection ends."""

    def fault(handler: "_Handler", content: bytes) -> None:
        handler.answer(200, content, {"Content-Length": str(len(content) + n_more)}, sent=len(content) + min(0, n_more))
        handler.close_connection = True

    return fault


def ignores_range(handler: "_Handler", content: bytes) -> None:
    handler.answer(200, content)


def sends_other_range(handler: "_Handler", content: bytes) -> None:
    if handler.start:
        handler.answer(206, content, {"Content-Range": f"bytes 0-{len(content) - 1}/{len(content)}"})
    else:
        handler.answer(200, content)


def never_answers(handler: "_Handler", content: bytes) -> None:
    handler.site.closing.wait(30)
    handler.close_connection = True


def stalls_after(n_bytes: int) -> Fault:
    def fault(handler: "_Handler", content: bytes) -> None:
        handler.answer(200, content, sent=n_bytes)
        never_answers(handler, content)

    return fault


def redirects_for_ever(handler: "_Handler", content: bytes) -> None:
    handler.answer(302, b"", {"Location": handler.path})


# --- the site ---


class _Handler(LocalHandler):
    def do_GET(self) -> None:
        name = unquote(self.path.removeprefix(PATH))
        content = self.site.page() if name == INDEX else self.site.archives.get(name)
        match = re.fullmatch(r"bytes=(\d+)-", self.headers.get("Range", ""))
        self.start = int(match[1]) if match else 0
        fault = self.site.fault(name)
        self.site.requests.append((name, self.headers.get("Range", "")))  # seen by a test: its fault is taken
        if fault:
            fault(self, content or b"")
        elif content is None or not self.path.startswith(PATH):
            self.answer(404, b"Not Found")
        elif self.start >= len(content) > 0:
            self.answer(416, b"", {"Content-Range": f"bytes */{len(content)}"})
        elif self.start:
            span = f"bytes {self.start}-{len(content) - 1}/{len(content)}"
            self.answer(206, content[self.start :], {"Content-Range": span})
        else:
            self.answer(200, content, {"Content-Encoding": "x-gzip"} if name.endswith(".tgz") else {})

    def reset(self) -> None:
        self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self.connection.close()
        self.close_connection = True


class VoxForgeSite(LocalServer):
    """A context manager. archives: name -> content; requests: what was asked for, in order, as (name, Range)."""

    handler = _Handler

    def __init__(self, archives: Mapping[str, bytes] | None = None):
        super().__init__()
        self.archives = dict(archives or {})
        self.requests: list[tuple[str, str]] = []
        self.sizes: dict[str, str] = {}
        self._faults: dict[str, list[Fault]] = {}
        self._always: dict[str, Fault] = {}

    @property
    def url(self) -> str:
        return f"{super().url}{PATH}"

    def fails(self, name: str, *faults: Fault) -> None:
        """The next requests for an archive, one fault each; after them all is well. INDEX: for the page."""
        self._faults.setdefault(name, []).extend(faults)

    def always_fails(self, name: str, fault: Fault) -> None:
        self._always[name] = fault

    def asked_for(self, name: str) -> list[str]:
        """The Range of each request for an archive."""
        return [wanted for asked, wanted in self.requests if asked == name]

    def fault(self, name: str) -> Fault | None:
        waiting = self._faults.get(name)
        return waiting.pop(0) if waiting else self._always.get(name)

    def page(self) -> bytes:
        lines = [
            _LINE.format(href=quote(name), name=name, size=self.sizes.get(name, f"{len(content) / 1024:.1f}K"))
            for name, content in self.archives.items()
        ]
        return (_HEADER.format(path=PATH) + "".join(lines) + _FOOTER).encode()
