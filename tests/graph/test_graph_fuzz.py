"""$filter by chance: valid ones find what a plain evaluator finds, and no text breaks the service.

A generated filter is its text and, beside it, a function of an object as Graph shows it.
"""

import operator
from collections.abc import Callable
from datetime import datetime
from typing import Any, NamedTuple

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

DEVICES = "/v1.0/deviceManagement/managedDevices"
QUIET = {"derandomize": True, "deadline": None, "database": None}


class Term(NamedTuple):
    """The text of an expression, and what it is of an object."""

    text: str
    of: Callable[[dict[str, Any]], Any]


def property_(name: str) -> Term:
    return Term(name, lambda device: device[name])


def constant(text: str, value: Any) -> Term:
    return Term(text, lambda _device: value)


def apply(text: str, function: Callable[..., Any], *terms: Term) -> Term:
    """A function of terms that is null where one of them is."""

    def of(device: dict[str, Any]) -> Any:
        values = [term.of(device) for term in terms]
        return None if None in values else function(*values)

    return Term(text.format(*(term.text for term in terms)), of)


def quoted(text: str) -> Term:
    doubled = text.replace("'", "''")
    return constant(f"'{doubled}'", text)


ORDER = {"gt": operator.gt, "ge": operator.ge, "lt": operator.lt, "le": operator.le}
SAMPLES = ["", "a", "Alpha", "É", "'", "O'B", "17.1", "mac", "%", "_", "beta", "\\", '"; --']
samples = st.sampled_from(SAMPLES).map(quoted)
texts = st.recursive(
    st.sampled_from(["deviceName", "osVersion", "imei", "managedDeviceOwnerType"]).map(property_)
    | samples,
    lambda inner: st.one_of(
        inner.map(lambda one: apply("tolower({})", str.lower, one)),
        inner.map(lambda one: apply("toUpper({})", str.upper, one)),
        inner.map(lambda one: apply("trim({})", lambda text: text.strip(" "), one)),
        st.builds(lambda one, two: apply("concat({},{})", operator.add, one, two), inner, inner),
        st.builds(
            lambda one, place: apply(f"substring({{}}, {place})", lambda text: text[place:], one),
            inner,
            st.integers(0, 5),
        ),
    ),
    max_leaves=3,
)
numbers = st.recursive(
    st.just(property_("totalStorageSpaceInBytes"))
    | st.integers(-70_000, 70_000).map(lambda number: constant(str(number), number))
    | texts.map(lambda one: apply("length({})", len, one)),
    lambda inner: st.one_of(
        st.builds(lambda one, two: apply("({} add {})", operator.add, one, two), inner, inner),
        st.builds(lambda one, two: apply("({} sub {})", operator.sub, one, two), inner, inner),
        st.builds(lambda one: apply("-({})", operator.neg, one), inner),
    ),
    max_leaves=3,
)
moments = st.sampled_from(
    [
        property_("enrolledDateTime"),
        constant("2000-01-01", "2000-01-01T00:00:00Z"),
        constant("2999-12-31T23:59:59.1234567Z", "2999-12-31T23:59:59.123456Z"),
        constant("2026-01-01T00:00:00+02:00", "2025-12-31T22:00:00Z"),
    ]
).map(lambda term: Term(term.text, lambda device: datetime.fromisoformat(term.of(device))))


def compared(name: str, left: Term, right: Term) -> Term:
    """A comparison: nulls equal each other, differ from the rest, and are in no order."""

    def of(device: dict[str, Any]) -> bool:
        one, other = left.of(device), right.of(device)
        if name in {"eq", "ne"}:
            return (one == other) is (name == "eq")
        return None not in (one, other) and ORDER[name](one, other)

    return Term(f"{left.text} {name} {right.text}", of)


NAMES = st.sampled_from(["eq", "ne", *ORDER])
NULL = st.just(constant("null", None))
compares = st.one_of(
    st.builds(compared, NAMES, texts, texts | NULL),
    st.builds(compared, NAMES, numbers, numbers),
    st.builds(compared, NAMES, moments, moments),
)


def found(name: str, function: Callable[[str, str], bool]) -> st.SearchStrategy[Term]:
    def of(text: Term, part: Term) -> Term:
        inner = apply(
            f"{name}({{}},{{}})", lambda one, two: function(one.lower(), two.lower()), text, part
        )
        return Term(inner.text, lambda device: inner.of(device) is True)

    return st.builds(of, texts, texts)


def listed(left: Term, members: list[Term]) -> Term:
    text = f"{left.text} in ({','.join(each.text for each in members)})"
    return Term(text, lambda device: left.of(device) in [each.of(device) for each in members])


leaves = st.one_of(
    compares,
    found("contains", lambda text, part: part in text),
    found("startsWith", str.startswith),
    found("endswith", str.endswith),
    st.builds(listed, texts, st.lists(samples | NULL, min_size=1, max_size=3)),
    st.sampled_from(["isEncrypted", "easActivated"]).map(property_),
)
filters = st.recursive(
    leaves,
    lambda inner: st.one_of(
        st.builds(
            lambda one, two: Term(
                f"({one.text} and {two.text})", lambda device: one.of(device) and two.of(device)
            ),
            inner,
            inner,
        ),
        st.builds(
            lambda one, two: Term(
                f"({one.text}  OR {two.text})", lambda device: one.of(device) or two.of(device)
            ),
            inner,
            inner,
        ),
        inner.map(lambda one: Term(f"not ({one.text})", lambda device: not one.of(device))),
        inner.map(lambda one: Term(f"({one.text}) eq false", lambda device: not one.of(device))),
    ),
    max_leaves=5,
)


@pytest.fixture(scope="module")
def devices(library):
    return library.get(DEVICES).json["value"]


@given(filters)
@settings(**QUIET, max_examples=150)
def test_a_filter_finds_what_a_plain_evaluator_finds(library, devices, term):
    answer = library.get(DEVICES, **{"$filter": term.text}).json["value"]
    assert [each["id"] for each in answer] == [each["id"] for each in devices if term.of(each)]


WORDS = [
    "deviceName", "isEncrypted", "deviceActionResults", "$it", "x", "enrolledDateTime", "null",
    " eq ", " ne ", " gt ", " and ", " or ", " has ", " in ", " add ", " div ", " mod ", "not ",
    "-", "(", ")", ",", "/", ":", "any(", "all(x:", "$count", "isof(", "contains(", "substring(",
    "floor(", "now()", "date(", "'a'", "''", "'", "5", "1e400", "INF", "2024-01-01", "12:30",
    "duration'P1D'", "guid'5'", "microsoft.graph.x", "microsoft.graph.x'y'", "%", "\0", "é", "\"",
    "; drop table devices", "--", "/*",
]  # fmt: skip
MORE = ["*", ";", "$select=", "$expand=", "=", " desc", "AND", "NOT ", "id"]


@given(st.lists(st.sampled_from(WORDS), max_size=30).map("".join) | st.text(max_size=60))
@settings(**QUIET, max_examples=150)
def test_any_text_is_answered_or_refused(library, text):
    library.get(DEVICES, 200, 400, **{"$filter": text})


@given(
    st.sampled_from(["$orderby", "$select", "$expand", "$search", "$top", "$skip", "$skiptoken"]),
    st.lists(st.sampled_from([*WORDS, *MORE]), max_size=20).map("".join),
)
@settings(**QUIET, max_examples=150)
def test_any_option_is_answered_or_refused(library, option, text):
    library.get(DEVICES, 200, 400, **{option: text})


def nested(inner: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    """Every form that holds another, to come to the depth that a database bears."""
    forms = [
        "not ({})", "({} and isEncrypted)", "(isEncrypted or {})", "({} eq true)", "({} ne false)",
        "({} eq isEncrypted)", "(isEncrypted and (easActivated or ({})))",
        "(length(trim(concat(deviceName,substring('abc',1)))) gt 0 or {})",
        "(floor(ceiling(round(2.5 mod 7))) eq 3 and {})",
    ]  # fmt: skip
    return st.builds(str.format, st.sampled_from(forms), inner)


deep = st.just("isEncrypted")
for _ in range(12):
    deep = deep | nested(deep)


@given(deep)
@settings(**QUIET, max_examples=150)
def test_a_deep_filter_is_answered_or_refused(library, text):
    library.get(DEVICES, 200, 400, **{"$filter": text})
