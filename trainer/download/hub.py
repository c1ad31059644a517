"""Downloads models made by others from huggingface.co, checks, tries and adds them.

    models/.downloading/NAME/FILE.part   partly downloaded; the next start resumes it
    models/.downloading/NAME/FILE        complete, with the size and checksum given by the hub

Closing the iterator stops at once; parts stay on the disk.
"""

import asyncio
import hashlib
import os
import re
import shutil
from collections.abc import Callable, Coroutine, Generator
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from engine.errors import DiskFull
from engine.paths import models_dir
from engine.system.atomic_files import free_path, storage_error
from engine.transcribe.add_model import add_model
from trainer.download.async_events import driven, ticking
from trainer.download.events import ModelAdded, ModelProgress, Retrying
from trainer.download.public_models import PublicModel
from trainer.download.transfer import Outside, Transfer, fetch, read_headers
from trainer.errors import AddressUnusable, ModelFileBroken

if TYPE_CHECKING:
    import httpx

HUB = "https://huggingface.co"
_HOSTS = ("huggingface.co", "hf.co")  # to which mirrors redirect
_PLACE_VARIABLE = "HF_ENDPOINT"  # address of a mirror, as for the hub's own client
_UNFINISHED = ".downloading"
_BLOCK_BYTES = 1 << 22
_SHA256, _GIT_SHA1 = re.compile("[0-9a-f]{64}"), re.compile("[0-9a-f]{40}")

Event = ModelProgress | ModelAdded | Retrying


@dataclass(frozen=True)
class _File:
    """name: its path in the repository. n_bytes, digest: as given by the hub, else None and ""."""

    name: str
    url: str
    n_bytes: int | None
    digest: str


@dataclass
class _Fetching:
    """The download of a model."""

    model: PublicModel
    folder: Path
    outside: Outside
    emit: Callable[[Event], None]
    files: list[_File] = field(default_factory=list)
    done_bytes: int = 0
    now: Transfer = field(default_factory=lambda: Transfer(""))

    async def run(self) -> None:
        try:
            self.folder.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise storage_error(self.folder, error) from error
        place = os.environ.get(_PLACE_VARIABLE) or HUB
        async with self.outside.client() as client, ticking(self._tell):
            if place.startswith("https:"):
                client.event_hooks["request"].append(_check_encrypted)
            for name in self.model.files:
                url = f"{place.rstrip('/')}/{self.model.repository}/resolve/main/{name}"
                headers = await read_headers(client, url, self.outside, self.emit, _HOSTS)
                self.files.append(_described(name, url, headers))
            self._check_space()
            for file in self.files:
                await self._get(client, file)
        self._tell()

    def _check_space(self) -> None:
        """Checks for twice the space, because the model is copied to its place at the end."""
        present_bytes = sum(path.stat().st_size for path in self.folder.rglob("*") if path.is_file())
        needed_bytes = 2 * sum(file.n_bytes or 0 for file in self.files) - present_bytes
        if needed_bytes > shutil.disk_usage(self.folder).free:
            raise DiskFull(path=self.folder)

    async def _get(self, client: "httpx.AsyncClient", file: _File) -> None:
        """Downloads a file. A wrong file that was resumed is downloaded again from the beginning, once.

        A complete file of an earlier start may be of an earlier version, so its sum is checked.
        """
        path = self.folder / file.name
        if not path.exists() or not await _is_right(path, file):
            try:
                await self._fetch(client, file, path)
            except ModelFileBroken:
                if not self.now.resumed:
                    raise
                await self._fetch(client, file, path)
        self.done_bytes += path.stat().st_size
        self.now = Transfer("")

    async def _fetch(self, client: "httpx.AsyncClient", file: _File, path: Path) -> None:
        part = path.with_name(f"{path.name}.part")
        self.now = Transfer(file.name)
        try:
            part.parent.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise storage_error(part, error) from error
        await fetch(client, file.url, part, self.now, self.outside, self.emit)
        if not await _is_right(part, file):
            part.unlink(missing_ok=True)
            raise ModelFileBroken(name=file.name)
        try:
            part.replace(path)
        except OSError as error:
            raise storage_error(path, error) from error

    def _tell(self) -> None:
        total = sum(file.n_bytes or 0 for file in self.files) if len(self.files) == len(self.model.files) else 0
        self.emit(ModelProgress(self.done_bytes + self.now.done_bytes, total, self.now.retrying))


def _described(name: str, url: str, headers: "httpx.Headers") -> _File:
    """A file by its headers; a large one is stored elsewhere, and the hub's own headers have its size and SHA-256."""
    size = headers.get("X-Linked-Size") or headers.get("Content-Length", "")
    etag = headers.get("X-Linked-Etag") or headers.get("ETag", "")
    return _File(
        name, url, int(size) if size.isascii() and size.isdigit() else None, etag.removeprefix("W/").strip('"')
    )


async def _check_encrypted(request: "httpx.Request") -> None:
    """Called before every request, also those of redirects. Raises AddressUnusable."""
    if request.url.scheme != "https":
        raise AddressUnusable(url=str(request.url), reason="the connection would not be encrypted")


async def _is_right(path: Path, file: _File) -> bool:
    """Whether size and checksum match the hub's: SHA-256, or Git's blob hash for small files."""
    n_bytes = path.stat().st_size
    if file.n_bytes is not None and n_bytes != file.n_bytes:
        return False
    if _SHA256.fullmatch(file.digest):
        digest = hashlib.sha256()
    elif _GIT_SHA1.fullmatch(file.digest):
        digest = hashlib.sha1(b"blob %d\0" % n_bytes, usedforsecurity=False)
    else:
        return True
    with path.open("rb") as content:
        while block := content.read(_BLOCK_BYTES):
            digest.update(block)
            await asyncio.sleep(0)
    return digest.hexdigest() == file.digest


def add_public(model: PublicModel, outside: Outside | None = None) -> Generator[Event, None, None]:
    """Downloads a model; yields ModelProgress and Retrying, then one ModelAdded.

    Raises DownloadError, StorageError, CheckpointError; downloaded data stays, and the next start resumes.
    """
    folder = models_dir() / _UNFINISHED / model.name

    def fetching(emit: Callable[[Event], None]) -> Coroutine[None, None, None]:
        return _Fetching(model, folder, outside or Outside(), emit).run()

    yield from driven(fetching)
    home = free_path(models_dir(), model.title)
    done_bytes = sum(path.stat().st_size for path in folder.rglob("*") if path.is_file())
    for added_folder in add_model(folder, home, model.licence, model.repository):
        yield ModelProgress(done_bytes, done_bytes, is_checking=True)
        if added_folder is not None:
            shutil.rmtree(folder, ignore_errors=True)
            yield ModelAdded(added_folder)
