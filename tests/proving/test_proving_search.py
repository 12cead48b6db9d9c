"""The search finds a value in every form it could take, and does not find what is not there."""

from __future__ import annotations

import base64
import gzip
import hashlib
import json
import zlib
from collections.abc import Callable
from random import Random
from urllib.parse import quote
from uuid import UUID

import pytest

from mdm_sim.policy.facts import Kind
from mdm_sim.proving.canaries import VALUES, patterns, wide_word, with_check_digit, word
from mdm_sim.proving.search import Index, find, forms, unpacked


def seeded(seed: int) -> Random:
    return Random(seed)  # noqa: S311


WORD, WIDE = word(seeded(1)), wide_word(seeded(2))
NOISE = seeded(3).randbytes(20_011)

# fmt: off
FORMS: dict[str, Callable[[str], bytes]] = {
    "UTF-8":             lambda text: text.encode(),
    "UTF-16 LE":         lambda text: text.encode("utf-16-le"),
    "UTF-16 BE":         lambda text: text.encode("utf-16-be"),
    "JSON":              lambda text: json.dumps({"a": text}, ensure_ascii=False).encode(),
    "JSON in ASCII":     lambda text: json.dumps({"a": text}).encode(),
    "percent":           lambda text: quote(text, safe="").encode(),
    "percent, small":    lambda text: quote(text, safe="").lower().encode(),
    "XML":               lambda text: text.encode("ascii", "xmlcharrefreplace"),
    "hex":               lambda text: text.encode().hex().encode(),
    "HEX":               lambda text: text.encode().hex().upper().encode(),
    "base64":            lambda text: base64.b64encode(text.encode()),
    "base64, second":    lambda text: base64.b64encode(b"x" + text.encode() + b"yz"),
    "base64, third":     lambda text: base64.b64encode(b"xy" + text.encode() + b"z"),
    "base64 for URLs":   lambda text: base64.urlsafe_b64encode(b"\xff\xfe" + text.encode()),
    "SHA-256":           lambda text: hashlib.sha256(text.encode()).digest(),
    "SHA-256 in hex":    lambda text: hashlib.sha256(text.encode()).hexdigest().encode(),
    "half an MD5":       lambda text: hashlib.md5(text.encode()).hexdigest()[:16].encode(),  # noqa: S324
    "SHA-1":             lambda text: hashlib.sha1(text.encode()).digest(),  # noqa: S324
    "gzip":              lambda text: gzip.compress(b"a" * 9_000 + text.encode()),
    "zlib in gzip":      lambda text: gzip.compress(zlib.compress(text.encode())),
}
# fmt: on


@pytest.mark.parametrize("text", [WORD, WIDE], ids=["plain", "wide"])
@pytest.mark.parametrize("form", FORMS)
def test_a_value_is_found_in_every_form(form: str, text: str) -> None:
    assert find([text, "another-value"], [NOISE + FORMS[form](text) + NOISE]) == {text}


def test_a_gzip_member_that_is_cut_short_is_searched_as_far_as_it_goes() -> None:
    packed = gzip.compress(WORD.encode() + NOISE)
    assert find([WORD], [packed[: len(packed) // 2]]) == {WORD}


def test_a_value_is_found_at_every_place_and_across_every_border() -> None:
    index: Index[str] = Index()
    index.add("it", forms(WORD))
    for place in (*range(40), *range(4_070, 4_110)):
        data = b"." * place + WORD.encode() + b"." * 5_000
        assert set(index.scan(data)) == {(place, "it")}


def test_what_was_searched_before_is_searched_right_again() -> None:
    index: Index[str] = Index()
    index.add("it", forms(WORD))
    data = NOISE + WORD.encode() + NOISE
    assert list(index.scan(data)) == list(index.scan(data)) == [(len(NOISE), "it")]


def test_short_values_are_found_too() -> None:
    assert find(["abcdef", "ghijkl"], [NOISE + b"abcdef"]) == {"abcdef"}


def test_noise_holds_nothing() -> None:
    words = [word(seeded(seed)) for seed in range(500)]
    assert find(words, [NOISE, NOISE.hex().encode(), base64.b64encode(NOISE)]) == set()


def test_an_end_without_an_end_is_no_fault() -> None:
    assert list(unpacked(b"\x1f\x8b\x08")) == [b"\x1f\x8b\x08"]


@pytest.mark.parametrize(("kind", "value", "spelled"), [
    (Kind.MAC,   "AA:BB:CC:DD:EE:0F", b"aabbccddee0f"),
    (Kind.MAC,   "AA:BB:CC:DD:EE:0F", b"AA-BB-CC-DD-EE-0F"),
    (Kind.GUID,  "6f9619ff-8b86-4d01-b42d-00cf4fc964ff", b"6f9619ff8b864d01b42d00cf4fc964ff"),
    (Kind.GUID,  "6f9619ff-8b86-4d01-b42d-00cf4fc964ff",
     UUID("6f9619ff-8b86-4d01-b42d-00cf4fc964ff").bytes),
    (Kind.PHONE, "+311234567890123", b"31234567890123"),
    (Kind.PHONE, "+311234567890123", hashlib.sha256(b"+311234567890123").hexdigest().encode()),
    (Kind.TEXT,  "abcdefghijklmnopqrst", b"ABCDEFGHIJKLMNOPQRST"),
    (Kind.COUNT, 123456789012345678, b'"size": 123456789012345678}'),
])  # fmt: skip
def test_a_canary_is_known_however_it_is_spelled(
    kind: Kind, value: str | int, spelled: bytes
) -> None:
    index: Index[str] = Index()
    index.add("it", patterns(value, kind))
    assert "it" in {name for _, name in index.scan(b"  " + spelled + b"  ")}


@pytest.mark.parametrize("kind", VALUES)
def test_canaries_of_a_kind_differ_and_none_is_short(kind: Kind) -> None:
    random = seeded(5)
    values = {VALUES[kind](random) for _ in range(200)}
    assert len(values) == 200
    assert min(len(form) for value in values for form in patterns(value, kind)) >= 11


def test_the_check_digit_is_luhns() -> None:
    assert with_check_digit("35209900176148") == "352099001761481"
