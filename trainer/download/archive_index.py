"""A corpus site's index page -> the archives it lists; which of them are wanted.

The page is a directory listing as Apache, nginx and others make it. VoxForge's has a header and a footer of its own,
with links that are no archives.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from urllib.parse import quote, unquote_to_bytes, urljoin, urlsplit

from trainer.errors import AddressUnusable, NoArchives

RUSSIAN = "Russian"
_VOXFORGE = "http://www.repository.voxforge1.org/downloads/{language}/Trunk/Audio/Main/16kHz_16bit/"
_NAME = re.compile(r"""([^./\\:*?"<>|\x00-\x1f][^/\\:*?"<>|\x00-\x1f]*?)\.(?:tgz|tar\.gz)""", re.IGNORECASE)
_LONGEST_NAME = 200  # bytes; file systems hold 255, and `.part` must fit too
_TYPICAL_BYTES = 2_000_000
_SIZE = re.compile(r"(?<![\w:.,/-])(\d+(?:\.\d+)?) ?([KMG]?)(?![\w:.,/-])")
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
    """The archives that a page links to and that lie beside it. url: the page's own. Raises NoArchives."""
    from bs4 import BeautifulSoup

    found: dict[str, Archive] = {}
    # A text without links is no page, and Beautiful Soup would warn of it.
    links = BeautifulSoup(page, "html.parser").find_all("a", href=True) if b"href" in page.lower() else []
    for link in links:
        archive = _archive(link, url)
        if archive:
            found.setdefault(archive.stem.casefold(), archive)
    if not found:
        raise NoArchives(url=url)
    return Index(url, tuple(found.values()))


def _archive(link, page_url: str) -> Archive | None:
    """The archive behind a link; None where it leads elsewhere."""
    try:
        url = urljoin(page_url, link["href"].strip()).partition("#")[0]
    except ValueError:
        return None
    folder, _, last = url.rpartition("/")
    if folder != urljoin(page_url, ".").rstrip("/"):
        return None
    name = _unquoted(last)
    if not _NAME.fullmatch(name) or len(name.encode("utf-8", "replace")) > _LONGEST_NAME:
        return None
    return Archive(name, url, _size_bytes(_text_after(link)))


def _unquoted(name: str) -> str:
    raw = unquote_to_bytes(name)
    try:
        return raw.decode("utf-8")
    except UnicodeDecodeError:
        return raw.decode("cp1251", "replace")


def _text_after(link) -> str:
    """What stands between a link and the next one: date and size."""
    texts = []
    for element in link.next_elements:
        if element.name == "a":
            break
        if element.name is None and link not in element.parents:
            texts.append(str(element))
    return " ".join(texts)


def _size_bytes(text: str) -> int | None:
    match = _SIZE.search(text)
    return round(float(match[1]) * _UNITS[match[2]]) if match else None
