"""Downloads one file from a web site: resumes it, and retries after temporary failures.

Errors of httpx end here: this module raises DownloadError or StorageError.
"""

import asyncio
import re
import time
from collections.abc import Awaitable, Callable, Collection, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, BinaryIO, TypeVar
from urllib.parse import urlsplit

import httpx

from engine.system.atomic_files import storage_error
from trainer.download.events import Retrying
from trainer.errors import AddressUnusable, ArchiveBroken, DownloadError, SiteRefused, SiteUnreachable

_WAITS_S = (1.0, 3.0, 10.0, 30.0)
_PAGE_WAITS_S = (1.0, 3.0)  # short, because a person is waiting
_LONGEST_WAIT_S = 120.0
_TIMEOUT = httpx.Timeout(30.0, connect=15.0)
_MOST_REDIRECTS = 5
_MOST_PAGE_BYTES = 1 << 23
_MOST_ARCHIVE_BYTES = 1 << 31
_PASSING = {408, 425, 429, *range(500, 600)} - {501, 505}  # these two are permanent
Result = TypeVar("Result")
_RANGE = re.compile(r"bytes (?:(\d+)-\d+|\*)/(\d+|\*)")


def open_client(timeout: httpx.Timeout | float = _TIMEOUT, **options: Any) -> httpx.AsyncClient:
    """timeout: longest silence of the site in seconds. Raises DownloadError for a bad proxy."""
    # Archives must arrive unchanged: some servers declare the gzip of .tgz as a content encoding.
    headers = {"User-Agent": "Diktovka", "Accept-Encoding": "identity"}
    try:
        return httpx.AsyncClient(
            timeout=timeout, headers=headers, follow_redirects=True, max_redirects=_MOST_REDIRECTS, **options
        )
    except (ValueError, httpx.InvalidURL) as error:
        raise DownloadError(
            reason="the proxy in the system's settings is unusable ({detail})", detail=str(error)
        ) from error


@dataclass(frozen=True)
class Outside:
    """Outside dependencies of a download, for tests.

    wait: sleeps for seconds; open_file: as the built-in `open`; clock: in seconds.
    """

    client: Callable[[], httpx.AsyncClient] = open_client
    wait: Callable[[float], Awaitable[object]] = asyncio.sleep
    open_file: Callable[..., BinaryIO] = open
    clock: Callable[[], float] = time.monotonic


@dataclass
class Transfer:
    """The state of a transfer.

    done_bytes: on the disk; received_bytes: since the start; total_bytes: as announced by the site; resumed: whether
    it came in several parts; retrying: the last failure, until new bytes arrive.
    """

    name: str
    done_bytes: int = 0
    received_bytes: int = 0
    total_bytes: int | None = None
    resumed: bool = False
    retrying: Retrying | None = None


@contextmanager
def _translated(url: str) -> Iterator[None]:
    """Translates errors of httpx into DownloadError."""
    site = urlsplit(url).hostname
    try:
        yield
    except httpx.TooManyRedirects as error:
        raise AddressUnusable(url=url, reason="it leads from one address to the next without end") from error
    except (httpx.InvalidURL, httpx.UnsupportedProtocol) as error:
        raise AddressUnusable(url=url, reason="it leads to an address that is none") from error
    except httpx.TimeoutException as error:
        raise SiteUnreachable(site=site, reason="it does not answer") from error
    except httpx.ConnectError as error:
        raise SiteUnreachable(site=site, reason="no connection") from error
    except httpx.HTTPError as error:
        raise SiteUnreachable(site=site, reason="the connection broke off") from error


def is_passing(error: DownloadError) -> bool:
    """Whether a retry may succeed."""
    return isinstance(error, SiteUnreachable) or (isinstance(error, SiteRefused) and error.fields["status"] in _PASSING)


async def read_page(url: str, outside: Outside, tell: Callable[[Retrying], None]) -> tuple[bytes, str]:
    """A page and its final address after redirects. Raises DownloadError."""
    transfer = Transfer(url)

    async def attempt() -> tuple[bytes, str]:
        page = bytearray()
        with _translated(url):
            async with client.stream("GET", url) as response:
                _check_status(response)
                async for block in response.aiter_bytes():
                    page += block
                    if len(page) > _MOST_PAGE_BYTES:
                        raise AddressUnusable(url=url, reason="its page is too long for a list of archives")
                return bytes(page), str(response.url)

    async with outside.client() as client:
        return await _persistently(attempt, transfer, outside, tell, _PAGE_WAITS_S)


async def read_headers(
    client: httpx.AsyncClient,
    url: str,
    outside: Outside,
    tell: Callable[[Retrying], None],
    hosts: Collection[str] = (),
) -> httpx.Headers:
    """The headers of a file, without its content. Redirects to other sites are followed only to `hosts`; otherwise the
    headers are empty, since those of a redirect describe its own text.

    Raises DownloadError.
    """
    asked = {urlsplit(url).netloc, *hosts}

    async def attempt() -> httpx.Headers:
        address = url
        for _ in range(_MOST_REDIRECTS + 1):
            with _translated(url):
                response = await client.request("HEAD", address, follow_redirects=False)
                if not response.has_redirect_location:
                    _check_status(response)
                    return response.headers
                address = str(response.url.join(response.headers["Location"]))
            if "X-Linked-Etag" in response.headers:
                return response.headers
            if urlsplit(address).netloc not in asked:
                return httpx.Headers()
        raise AddressUnusable(url=url, reason="it leads from one address to the next without end")

    return await _persistently(attempt, Transfer(url), outside, tell, _PAGE_WAITS_S)


async def fetch(
    client: httpx.AsyncClient,
    url: str,
    part: Path,
    transfer: Transfer,
    outside: Outside,
    tell: Callable[[Retrying], None],
) -> None:
    """Completes the file `part` from its present length; updates `transfer`.

    Raises SiteRefused, SiteUnreachable, AddressUnusable, ArchiveBroken (too large), DiskFull or NotWritable; what
    was written stays.
    """

    async def attempt() -> None:
        try:
            await _fetch_once(client, url, part, transfer, outside.open_file)
        except OSError as error:
            raise storage_error(part, error) from error

    try:
        await _persistently(attempt, transfer, outside, tell)
    except BaseException:
        if part.is_file() and not part.stat().st_size:
            part.unlink()
        raise


async def _persistently(
    attempt: Callable[[], Awaitable[Result]],
    transfer: Transfer,
    outside: Outside,
    tell: Callable[[Retrying], None],
    patience_s: Sequence[float] = _WAITS_S,
) -> Result:
    """Retries until it succeeds or len(patience_s) attempts in a row made no progress."""
    waits_s, most_bytes = iter(patience_s), transfer.done_bytes
    while True:
        try:
            return await attempt()
        except DownloadError as error:
            if transfer.done_bytes > most_bytes:
                waits_s, most_bytes = iter(patience_s), transfer.done_bytes
            wait_s = next(waits_s, None)
            if wait_s is None or not is_passing(error):
                raise
            wait_s = max(wait_s, _asked_wait_s(error))
            transfer.retrying = Retrying(transfer.name, error, wait_s)
            tell(transfer.retrying)
            await outside.wait(wait_s)


def _asked_wait_s(error: DownloadError) -> float:
    """The wait that a busy site requests in Retry-After, up to a limit."""
    retry_after = str(error.fields.get("retry_after", ""))
    return min(float(retry_after), _LONGEST_WAIT_S) if retry_after.isascii() and retry_after.isdigit() else 0.0


def _check_status(response: httpx.Response) -> None:
    if response.status_code != 200:
        retry_after = response.headers.get("Retry-After", "")
        raise SiteRefused(url=str(response.url), status=response.status_code, retry_after=retry_after)


async def _fetch_once(
    client: httpx.AsyncClient, url: str, part: Path, transfer: Transfer, open_file: Callable[..., BinaryIO]
) -> None:
    present_bytes = transfer.done_bytes = part.stat().st_size if part.exists() else 0
    headers = {"Range": f"bytes={present_bytes}-"} if present_bytes else {}
    with _translated(url):
        async with client.stream("GET", url, headers=headers) as response:
            start, transfer.total_bytes = _placement(response, present_bytes)
            if start is None:
                part.unlink()
                raise SiteUnreachable(site=urlsplit(url).hostname, reason="it sent another part than the one asked for")
            transfer.resumed |= start > 0
            if start != transfer.total_bytes or not start:
                await _append(response, start, part, transfer, open_file)
    if transfer.total_bytes is not None and transfer.done_bytes != transfer.total_bytes:
        if transfer.done_bytes > transfer.total_bytes:
            part.unlink()
        raise SiteUnreachable(site=urlsplit(url).hostname, reason="the connection broke off")


async def _append(
    response: httpx.Response, start: int, part: Path, transfer: Transfer, open_file: Callable[..., BinaryIO]
) -> None:
    """Appends the body of the response after the first `start` bytes of the file."""
    _check_size(transfer.name, transfer.total_bytes or 0)
    with open_file(part, "ab" if start else "wb") as file:
        transfer.done_bytes = start
        async for block in response.aiter_raw():
            file.write(block)
            transfer.done_bytes += len(block)
            transfer.received_bytes += len(block)
            transfer.retrying = None
            _check_size(transfer.name, transfer.done_bytes)


def _check_size(name: str, n_bytes: int) -> None:
    if n_bytes > _MOST_ARCHIVE_BYTES:
        raise ArchiveBroken(name=name, reason="it is too large")


def _placement(response: httpx.Response, present_bytes: int) -> tuple[int | None, int | None]:
    """The offset of the body in the file, and the file's length; None for what is unknown.

    present_bytes: on the disk, after which the rest was requested. Equal to the length if nothing is missing.
    """
    match = _RANGE.fullmatch(response.headers.get("Content-Range", ""))
    total = int(match[2]) if match and match[2] != "*" else None
    if present_bytes and response.status_code == 416:
        return (present_bytes, present_bytes) if total == present_bytes else (None, None)
    if present_bytes and response.status_code == 206:
        return (present_bytes, total) if match and match[1] == str(present_bytes) else (None, None)
    _check_status(response)
    length = response.headers.get("Content-Length", "")
    return 0, int(length) if length.isascii() and length.isdigit() else None
