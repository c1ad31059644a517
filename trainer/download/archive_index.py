"""A corpus site's index page -> the archives it lists; which of them are wanted.

The page is a directory listing as Apache, nginx and others make it. VoxForge's has a header and a footer of its own,
with links that are no archives.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from html import unescape
from urllib.parse import quote, unquote_to_bytes, urljoin, urlsplit

from trainer.errors import AddressUnusable, NoArchives

RUSSIAN = "Russian"
_VOXFORGE = "http://www.repository.voxforge1.org/downloads/{language}/Trunk/Audio/Main/16kHz_16bit/"
_NAME = re.compile(r"""([^./\\:*?"<>|\x00-\x1f][^/\\:*?"<>|\x00-\x1f]*?)\.(?:tgz|tar\.gz)""", re.IGNORECASE)
_LONGEST_NAME = 200  # bytes; file systems hold 255, and `.part` must fit too
_TYPICAL_BYTES = 2_000_000
_SIZE = re.compile(r"(?<![\w:.,/-])(\d{1,12}(?:\.\d{1,12})?) ?([KMG]?)(?![\w:.,/-])")
_LONGEST_ROW = 2000  # characters behind a link, where its size stands
_LINK = re.compile(r"<a\s[^<>]*>", re.IGNORECASE)
_HREF = re.compile(r"""(?<![\w-])href\s*=\s*(?:"([^"]*)"|'([^']*)'|([^\s"'>]+))""", re.IGNORECASE)
_TAG = re.compile(r"<[^<>]*>")
_UNITS = {"": 1, "K": 1 << 10, "M": 1 << 20, "G": 1 << 30}


@dataclass(frozen=True)
class Archive:
    """One archive of the site. size_bytes: as the page has it, rounded; None where it tells none."""

    name: str
    url: str
    size_bytes: int | None = None

    @property
    def stem(self) -> str:
        """The name of the folder that it becomes."""
        return _NAME.fullmatch(self.name)[1]

    @property
    def probable_bytes(self) -> int:
        """Its size as the page lists it, else a typical one."""
        return self.size_bytes or _TYPICAL_BYTES


@dataclass(frozen=True)
class Index:
    """All archives of a site, in the order of its page."""

    url: str
    archives: tuple[Archive, ...]


@dataclass(frozen=True)
class Choice:
    """Archives with `text` in their names (capitals do not matter), and of these the first `count`; None: all."""

    count: int | None = None
    text: str = ""

    def pick(self, archives: Sequence[Archive]) -> tuple[Archive, ...]:
        """The first `count` archives whose names hold the text."""
        wanted = self.text.casefold()
        return tuple(one for one in archives if wanted in one.name.casefold())[: self.count]


def corpus_url(language: str = RUSSIAN) -> str:
    """Where VoxForge has a language's recordings: "Russian", "de", "fr", "SpeechCorpus" (English), ..."""
    return _VOXFORGE.format(language=quote(language, safe=""))


def checked_url(url: str) -> str:
    """An address as typed, "http://" before it where that is missing. Raises AddressUnusable."""
    url = url.strip()
    try:
        parts = urlsplit(url if "://" in url else f"http://{url}")
        usable = parts.scheme in ("http", "https") and bool(parts.hostname) and parts.port != 0
    except ValueError:  # a port or an IPv6 address that is none
        usable = False
    if not usable:
        raise AddressUnusable(url=url, reason="a web address such as http://example.org/corpus/ is needed")
    return parts.geturl()


def parse_index(page: bytes, url: str) -> Index:
    """The archives that a page links to and that lie beside it. url: the page's own. Raises NoArchives.

    No tree is built of the page, so that neither its nesting nor what a parser would reject matters; each letter is
    looked at a few times at most.
    """
    text = _decoded(page)
    found: dict[str, Archive] = {}
    links, folder = list(_LINK.finditer(text)), urljoin(url, ".").rstrip("/")
    ends = [*(link.start() for link in links), len(text)][1:]
    for link, end in zip(links, ends, strict=True):
        archive = _archive(link[0], text[link.end() : min(end, link.end() + _LONGEST_ROW)], url, folder)
        if archive:
            found.setdefault(archive.stem.casefold(), archive)
    if not found:
        raise NoArchives(url=url)
    return Index(url, tuple(found.values()))


def _archive(tag: str, behind: str, page_url: str, folder: str) -> Archive | None:
    """The archive that a link leads to; None where it leads elsewhere. behind: the page from its tag to the next."""
    match = _HREF.search(tag)
    try:
        href = unescape(next(filter(None, match.groups()), "")) if match else ""
        url = urljoin(page_url, href.strip()).partition("#")[0]
        name = _decoded(unquote_to_bytes(url.rpartition("/")[2]))
        size_bytes = _size_bytes(unescape(_TAG.sub(" ", behind.partition("</")[2])))
    except ValueError:  # addresses and numbers that are none
        return None
    if url.rpartition("/")[0] != folder:
        return None
    if not _NAME.fullmatch(name) or len(name.encode("utf-8", "replace")) > _LONGEST_NAME:
        return None
    return Archive(name, url, size_bytes)


def _decoded(raw: bytes) -> str:
    try:
        return raw.decode("utf-8")
    except UnicodeDecodeError:
        return raw.decode("cp1251", "replace")


def _size_bytes(text: str) -> int | None:
    match = _SIZE.search(text)
    return round(float(match[1]) * _UNITS[match[2]]) if match else None
