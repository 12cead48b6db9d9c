"""The search: which of many values stand in some bytes, in any form that a value may take.

Every form of every value is indexed by eight-byte words; the bytes are read at every fourth place,
so that a form of eleven bytes or more shows at one of its first four. Shorter ones are rare and
looked for one by one.
"""

from __future__ import annotations

import base64
import hashlib
import json
import re
import sys
import zlib
from collections.abc import Collection, Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any, Generic, TypeVar
from urllib.parse import quote, quote_plus

import orjson

SHORTEST = 6
# Digits also stand in ids and hashes by chance: shorter ones prove nothing.
SHORTEST_NUMBER = 10
# An encoded form that is shorter than this stands in other data by chance.
SHORTEST_ENCODED = 8
# So much of a digest is looked for: one that is cut short is a digest still.
DIGEST_CHARACTERS, DIGEST_BYTES = 16, 12

_WORD, _STRIDE = 8, 4
_LEAST = _WORD + _STRIDE - 1
_CHUNK = 4096
_MOST_UNPACKED = 64 * 1024 * 1024
_DEEPEST = 3
# The beginnings of gzip and zlib members (RFC 1952, RFC 1950).
_COMPRESSED = (re.compile(rb"\x1f\x8b\x08"), re.compile(rb"\x78[\x01\x5e\x9c\xda]"))

T = TypeVar("T")


class Index(Generic[T]):
    """Byte strings by name, found all at once.

    What was searched is remembered by its digest: bytes that were searched before cannot hold a
    string that was added later. So strings are added as they are made, before they are sent.
    """

    def __init__(self) -> None:
        """An index of nothing."""
        self._names: list[T] = []
        self._patterns: list[bytes] = []
        self._words: dict[int, int] = {}
        self._further: dict[int, list[int]] = {}
        self._short: dict[bytes, list[T]] = {}
        self._longest = _WORD
        self._remembered: dict[bytes, tuple[tuple[int, T], ...]] = {}

    def add(self, name: T, patterns: Iterable[bytes]) -> None:
        """Look for `patterns` from now on, and call them `name`."""
        words, order = self._words, sys.byteorder
        for pattern in patterns:
            if len(pattern) < _LEAST:
                self._short.setdefault(pattern, []).append(name)
                continue
            first = len(self._patterns) * _STRIDE
            self._patterns.append(pattern)
            self._names.append(name)
            if len(pattern) > self._longest:
                self._longest = len(pattern)
            for code in range(first, first + _STRIDE):
                word = int.from_bytes(pattern[code - first : code - first + _WORD], order)
                if words.setdefault(word, code) != code:
                    self._further.setdefault(word, []).append(code)

    def scan(self, data: bytes) -> Iterator[tuple[int, T]]:
        """Every place of `data` where a pattern begins, with the pattern's name."""
        for pattern, names in self._short.items():
            if (place := data.find(pattern)) >= 0:
                yield from ((place, name) for name in names)
        for start in range(0, len(data), _CHUNK):
            window = data[max(0, start - _STRIDE) : start + _CHUNK + self._longest]
            base = max(0, start - _STRIDE)
            key = hashlib.blake2b(window, digest_size=16).digest()
            found = self._remembered.get(key)
            if found is None:
                found = tuple(dict.fromkeys(self._scan_chunk(window, start - base)))
                self._remembered[key] = found
            yield from ((base + place, name) for place, name in found)

    def _scan_chunk(self, window: bytes, first: int) -> Iterator[tuple[int, T]]:
        """Patterns with a word that begins in the chunk at `first`, looked up in its window."""
        words = self._words
        read = window[: first + _CHUNK + _WORD]
        for begin in range(first, first + _WORD, _STRIDE):
            end = begin + max(0, len(read) - begin) // _WORD * _WORD
            view = memoryview(read)[begin:end].cast("Q")
            hits = words.keys() & set(view)
            if hits:
                for place, word in enumerate(view):
                    if word in hits:
                        yield from self._verify(window, begin + place * _WORD, word)

    def _verify(self, window: bytes, place: int, word: int) -> Iterator[tuple[int, T]]:
        for code in (self._words[word], *self._further.get(word, ())):
            number, offset = divmod(code, _STRIDE)
            if place >= offset and window.startswith(self._patterns[number], place - offset):
                yield place - offset, self._names[number]


def find(texts: Collection[str], content: Iterable[bytes]) -> set[str]:
    """Which of `texts` stand in `content`, in any of their forms, compressed or not."""
    index: Index[str] = Index()
    for text in texts:
        index.add(text, forms(text))
    return {text for data in content for part in unpacked(data) for _, text in index.scan(part)}


def forms(text: str) -> set[bytes]:
    """The ways a text may stand in a file: as it is, escaped, encoded, or as a digest."""
    plain = text.encode()
    found = {plain} if text.isalnum() and text.isascii() else {plain, *_escaped(text)}
    encoded = {
        *(text.encode(name) for name in ("utf-16-le", "utf-16-be")),
        plain.hex().encode(),
        plain.hex().upper().encode(),
        *_base64(plain),
        *digests(plain),
    }
    return found | {form for form in encoded if len(form) >= SHORTEST_ENCODED}


def _escaped(text: str) -> set[bytes]:
    """JSON with and without its letters escaped, URLs, XML: all the same for plain letters."""
    as_ascii = json.dumps(text)[1:-1]
    percent = quote(text, safe="")
    return {
        each.encode()
        for each in (
            orjson.dumps(text)[1:-1].decode(),
            as_ascii,
            re.sub(r"\\u[0-9a-f]{4}", lambda found: "\\u" + found[0][2:].upper(), as_ascii),
            percent,
            re.sub("%[0-9A-F]{2}", lambda found: found[0].lower(), percent),
            quote_plus(text),
            text.encode("ascii", "xmlcharrefreplace").decode(),
        )
    }


def _base64(plain: bytes) -> Iterator[bytes]:
    """What is sure of the base64 of anything that holds `plain`: at its three alignments."""
    for lead, cut in ((0, 0), (1, 2), (2, 3)):
        encoded = base64.b64encode(b"\0" * lead + plain)
        sure = encoded[cut : (lead + len(plain)) * 8 // 6]
        yield sure
        yield sure.replace(b"+", b"-").replace(b"/", b"_")


def digests(plain: bytes) -> Iterator[bytes]:
    """The beginnings of common digests: a value of few possibilities is no secret when hashed."""
    for make in (hashlib.md5, hashlib.sha1, hashlib.sha256):
        digest = make(plain, usedforsecurity=False)
        yield digest.hexdigest()[:DIGEST_CHARACTERS].encode()
        yield digest.digest()[:DIGEST_BYTES]


def unpacked(data: bytes, depth: int = 0) -> Iterator[bytes]:
    """`data`, and what is in the gzip and zlib members inside it, within bounds."""
    yield data
    if depth < _DEEPEST:
        for beginning in _COMPRESSED:
            for found in beginning.finditer(data):
                if inner := _inflate(data, found.start()):
                    yield from unpacked(inner, depth + 1)


def _inflate(data: bytes, start: int) -> bytes:
    """What a member that may begin at `start` holds; of a broken one, what comes before."""
    inflater = zlib.decompressobj(47)
    parts: list[bytes] = []
    size = 0
    for place in range(start, len(data), _CHUNK):
        try:
            part = inflater.decompress(data[place : place + _CHUNK], _MOST_UNPACKED)
        except zlib.error:
            break
        parts.append(part)
        size += len(part)
        if inflater.eof or size > _MOST_UNPACKED:
            break
    return b"".join(parts)


def content_of(directory: Path) -> list[bytes]:
    """Every byte of every file under `directory`."""
    return [path.read_bytes() for path in sorted(directory.rglob("*")) if path.is_file()]


def leaves(value: Any) -> Iterator[str]:
    """Every text and long number in a JSON value, as it would stand in a file."""
    for scalar in scalars(value):
        text = scalar if isinstance(scalar, str) else orjson.dumps(scalar).decode()
        is_number = not set(text.lower()) - set("0123456789abcdef.-")
        if len(text) >= (SHORTEST_NUMBER if is_number else SHORTEST):
            yield text


def scalars(value: Any) -> Iterator[str | int | float]:
    """Every text and number in a JSON value; names are left out."""
    if isinstance(value, dict):
        for item in value.values():
            yield from scalars(item)
    elif isinstance(value, list):
        for item in value:
            yield from scalars(item)
    elif not isinstance(value, bool) and value is not None:
        yield value


def total(content: Sequence[bytes]) -> int:
    """How many bytes there are."""
    return sum(map(len, content))
