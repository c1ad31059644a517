"""A corpus site's index page -> the archives that it lists, and the choice among them.

The page is a directory listing as made by Apache, nginx and others. VoxForge's has a header and a footer with links to
other things.
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
_LONGEST_NAME = 200  # bytes; file systems allow 255, and `.part` must fit too
_TYPICAL_BYTES = 2_000_000
_SIZE = re.compile(r"(?<![\w:.,/-])(\d{1,12}(?:\.\d{1,12})?) ?([KMG]?)(?![\w:.,/-])")
_LONGEST_ROW = 2000  # characters after a link, where its size is given
_LINK = re.compile(r"<a\s[^<>]*>", re.IGNORECASE)
_HREF = re.compile(r"""(?<![\w-])href\s*=\s*(?:"([^"]*)"|'([^']*)'|([^\s"'>]+))""", re.IGNORECASE)
_TAG = re.compile(r"<[^<>]*>")
_UNITS = {"": 1, "K": 1 << 10, "M": 1 << 20, "G": 1 << 30}


@dataclass(frozen=True)
class Archive:
    """One archive of the site. size_bytes: rounded, as on the page; None if it is not given."""

    name: str
    url: str
    size_bytes: int | None = None

    @property
    def stem(self) -> str:
        """The name of the folder that it is unpacked to."""
        match = _NAME.fullmatch(self.name)
        return match[1] if match else self.name

    @property
    def probable_bytes(self) -> int:
        """Its size on the page, or a typical size."""
        return self.size_bytes or _TYPICAL_BYTES


@dataclass(frozen=True)
class Index:
    """All archives of a site, in the order of its page."""

    url: str
    archives: tuple[Archive, ...]


@dataclass(frozen=True)
class Choice:
    """The first `count` archives with `text` in their names, ignoring case; None: all of them."""

    count: int | None = None
    text: str = ""

    def pick(self, archives: Sequence[Archive]) -> tuple[Archive, ...]:
        """The first `count` archives whose names hold the text."""
        text = self.text.casefold()
        return tuple(archive for archive in archives if text in archive.name.casefold())[: self.count]


def corpus_url(language: str = RUSSIAN) -> str:
    """The address of VoxForge's recordings in a language: "Russian", "de", "fr", "SpeechCorpus" (English), ..."""
    return _VOXFORGE.format(language=quote(language, safe=""))


def checked_url(url: str) -> str:
    """A typed address, with "http://" added if it has no scheme. Raises AddressUnusable."""
    url = url.strip()
    try:
        parts = urlsplit(url if "://" in url else f"http://{url}")
        usable = parts.scheme in ("http", "https") and bool(parts.hostname) and parts.port != 0
    except ValueError:  # an invalid port or IPv6 address
        usable = False
    if not usable:
        raise AddressUnusable(url=url, reason="a web address such as http://example.org/corpus/ is needed")
    return parts.geturl()


def parse_index(page: bytes, url: str) -> Index:
    """The archives in the page's own folder that it links to. url: of the page. Raises NoArchives.

    No tree is built, so that neither deep nesting nor invalid HTML matters; the time is linear.
    """
    text = _decoded(page)
    archives: dict[str, Archive] = {}
    links, folder = list(_LINK.finditer(text)), urljoin(url, ".").rstrip("/")
    ends = [*(link.start() for link in links), len(text)][1:]
    for link, end in zip(links, ends, strict=True):
        archive = _archive(link[0], text[link.end() : min(end, link.end() + _LONGEST_ROW)], url, folder)
        if archive:
            archives.setdefault(archive.stem.casefold(), archive)
    if not archives:
        raise NoArchives(url=url)
    return Index(url, tuple(archives.values()))


def _archive(tag: str, behind: str, page_url: str, folder: str) -> Archive | None:
    """The archive that a link leads to, or None. behind: the page from this tag to the next."""
    match = _HREF.search(tag)
    try:
        href = unescape(next(filter(None, match.groups()), "")) if match else ""
        url = urljoin(page_url, href.strip()).partition("#")[0]
        name = _decoded(unquote_to_bytes(url.rpartition("/")[2]))
        size_bytes = _size_bytes(unescape(_TAG.sub(" ", behind.partition("</")[2])))
    except ValueError:  # an invalid address or number
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
