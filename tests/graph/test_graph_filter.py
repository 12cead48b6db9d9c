"""$filter: what it finds among five devices, what it refuses, and that it never breaks."""

import re
from contextlib import suppress

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mdm_sim.graph.odata.filter_text import parse
from mdm_sim.messages import Malformed

DEVICES = "/v1.0/deviceManagement/managedDevices"
ALL = "ABCDE"
QUOTES = "''"

# fmt: off
FOUND = (
    ("deviceName eq 'Alpha'",                                   "A"),
    ("DEVICENAME EQ 'Alpha'",                                   "A"),
    ("deviceName eq 'nobody'",                                  ""),
    ("deviceName ne 'Alpha'",                                   "BCDE"),
    ("deviceName eq null",                                      "D"),
    ("deviceName ne null",                                      "ABCE"),
    ("deviceName eq 'O''Brien''s Mac'",                         "C"),
    ("deviceName eq 'Élodie'",                                  "E"),
    ("contains(deviceName,'ph')",                               "A"),
    ("Contains(deviceName, 'PH')",                              "A"),
    ("contains(deviceName,'''')",                               "C"),
    ("contains(deviceName,'%')",                                ""),
    ("contains(deviceName,'')",                                 "ABCE"),
    ("contains(deviceName,'É')",                                "E"),
    ("startswith(deviceName,'be')",                             "B"),
    ("startswith(deviceName,'É')",                              "E"),
    ("endsWith(deviceName,'mac')",                              "C"),
    ("endswith(deviceName,'a very much longer text than all')", ""),
    ("operatingSystem eq 'iOS'",                                "AE"),
    ("operatingSystem in ('iOS','Android')",                    "ABE"),
    ("operatingSystem in ('iOS')",                              "AE"),
    ("osVersion in ('9',null)",                                 "BD"),
    ("totalStorageSpaceInBytes eq 32000",                       "B"),
    ("totalStorageSpaceInBytes gt 32000",                       "A"),
    ("totalStorageSpaceInBytes ge 32000",                       "AB"),
    ("totalStorageSpaceInBytes lt 64000",                       "BCDE"),
    ("totalStorageSpaceInBytes le 0",                           "CDE"),
    ("totalStorageSpaceInBytes gt -1",                          ALL),
    ("totalStorageSpaceInBytes ge 31999.5",                     "AB"),
    ("managedDeviceOwnerType eq 'company'",                     "AC"),
    ("managedDeviceOwnerType ne 'company'",                     "BDE"),
    ("jailBroken eq 'True'",                                    "E"),
    ("isEncrypted eq false",                                    ALL),
    ("isSupervised eq true",                                    ""),
    ("easActivated ne true",                                    ALL),
    ("imei eq ''",                                              ALL),
    ("imei ne ''",                                              ""),
    ("userPrincipalName eq 'BO.DEBOER@mdmsim.example'",         ALL),
    ("enrolledDateTime gt 2000-01-01",                          ALL),
    ("enrolledDateTime gt 2000-01-01T00:00:00Z",                ALL),
    ("enrolledDateTime gt 2000-01-01T00:00:00.0000000Z",        ALL),
    ("enrolledDateTime lt 2000-01-01T00:00:00+02:00",           ""),
    ("lastSyncDateTime le 2999-12-31",                          ALL),
    ("serialNumber gt 'S-A'",                                   "BD"),
    ("not (deviceName eq 'Alpha')",                             "BCDE"),
    ("not contains(deviceName,'a')",                            "DE"),
    ("not (not (deviceName eq 'Alpha'))",                       "A"),
    ("deviceName eq 'Alpha' or deviceName eq 'beta' and osVersion eq '17.1'",   "A"),
    ("(deviceName eq 'Alpha' or deviceName eq 'beta') and osVersion eq '9'",    "B"),
    ("operatingSystem eq 'iOS' and not (jailBroken eq 'True')", "A"),
    ("  deviceName   eq\t'Alpha'  ",                            "A"),
)
# A syntax error tells where it is; everything else tells what is wrong.
SYNTAX = (
    "deviceName eq", "eq 'x'", "deviceName eq 'x", "(deviceName eq 'x'",
    "deviceName eq 'x')", "deviceName in 'x'", "deviceName in ()", "deviceName eq 'x' and",
    "deviceName eq 'x' deviceName", "deviceName & 'x'", "not", "contains(", "contains(deviceName",
    "contains(deviceName,)", "(" * 60, "not " * 60, "'x", "deviceName eq 'CANARY' CANARY",
)
WRONG = (
    "CANARY eq 'CANARY'", "contains(CANARY,'x')", "CANARY in ('x')", "CANARY",
    "deviceName eq 5", "deviceName eq true", "totalStorageSpaceInBytes eq 'CANARY'",
    "isEncrypted eq 'true'", "isEncrypted eq 1", "enrolledDateTime gt 'CANARY'",
    "enrolledDateTime gt 2026-13-45", "deviceName in (5)", "deviceName in (deviceName)",
    "deviceName eq deviceName", "'x' eq deviceName", "contains(deviceName)",
    "contains(deviceName,'a','b')", "contains('a',deviceName)", "'x'", "deviceName has 'x'",
    "isof('microsoft.graph.windowsManagedDevice')", f"deviceName eq '{'CANARY' * 700}'",
    "deviceName/any(x:x eq 'y')", "contains(deviceName,5)",
)
# These broke, or may break, a database or its driver.
HARD = (
    "contains(totalStorageSpaceInBytes,5)", "startswith(isEncrypted,true)",
    "isSupervised gt true", "isEncrypted le false",
    "totalStorageSpaceInBytes gt 9223372036854775808", "totalStorageSpaceInBytes lt -1e9",
    f"totalStorageSpaceInBytes lt {'9' * 400}", f"totalStorageSpaceInBytes lt {'9' * 400}.0",
    f"deviceName in ({','.join(['null'] * 700)})", f"id in ({','.join(['1'] * 1500)})",
    f"id in ({','.join([QUOTES] * 1200)})",
    " or ".join(["isEncrypted"] * 250), " and ".join(["isEncrypted"] * 240),
    "enrolledDateTime gt 0001-01-01T00:00:00+23:59", "enrolledDateTime lt 9999-12-31T23:59-23:59",
    "deviceName eq '\0'", "deviceName eq '\ud7ff'",
)
TOKENS = (
    "deviceName", "totalStorageSpaceInBytes", "isEncrypted", "enrolledDateTime", "jailBroken",
    "easActivated", "deviceActionResults", "userId", "nothing",
    "eq", "ne", "gt", "ge", "lt", "le", "and", "or", "not", "in", "has",
    "contains", "startswith", "endswith", "(", ")", ",",
    "'text'", "''", "5", "-5", "1.5", "true", "null", "2026-01-01", "2026-01-01T10:00Z",
    "11111111-2222-4333-8444-555555555555", "'", "\t", "é",
)
# fmt: on


@pytest.mark.parametrize(("text", "found"), FOUND)
def test_a_filter_finds(library, text, found):
    answer = library.get(DEVICES, **{"$filter": text})
    assert "".join(sorted(library.letters(answer))) == found
    assert library.get(f"{DEVICES}/$count", **{"$filter": text}).text == str(len(found))


@pytest.mark.parametrize("text", SYNTAX)
def test_a_syntax_error_is_told_with_its_position(library, text):
    error = library.get(DEVICES, 400, **{"$filter": text}).json["error"]
    assert error["code"] == "BadRequest"
    assert re.search(r"at position \d+", error["message"])
    assert "CANARY" not in error["message"]


@pytest.mark.parametrize("text", WRONG, ids=range(len(WRONG)))
def test_a_filter_on_what_is_not_there_or_of_another_type_is_refused(library, text):
    error = library.get(DEVICES, 400, **{"$filter": text}).json["error"]
    assert error["code"] == "BadRequest"
    assert error["message"].startswith("Invalid filter clause")
    assert "CANARY" not in str(error)


@pytest.mark.parametrize("text", HARD, ids=range(len(HARD)))
def test_a_hard_filter_is_answered_or_refused_and_never_breaks(library, text):
    library.get(DEVICES, 200, 400, **{"$filter": text})


def test_a_bare_guid_is_a_text(library):
    answer = library.get(DEVICES, **{"$filter": f"id eq {library.ids['B']}"})
    assert library.letters(answer) == "B"


@given(st.text(max_size=80))
@settings(derandomize=True, deadline=None, database=None)
def test_any_text_is_a_tree_or_malformed(text):
    with suppress(Malformed):
        parse(text)


@given(st.lists(st.sampled_from(TOKENS), max_size=24).map(" ".join))
@settings(derandomize=True, deadline=None, database=None, max_examples=300)
def test_any_row_of_tokens_is_a_tree_or_malformed(text):
    with suppress(Malformed):
        parse(text)


@st.composite
def clauses(draw: st.DrawFn) -> str:
    """Filters that are well formed, over properties and values of any type."""
    paths, values = st.sampled_from(TOKENS[:9]), st.sampled_from(TOKENS[26:36])
    operator = st.sampled_from(["eq", "ne", "gt", "ge", "lt", "le"])
    search = st.sampled_from(["contains", "startswith", "endswith"])
    compare = st.builds("{} {} {}".format, paths, operator, values)
    match = st.builds("{}({},{})".format, search, paths, values)
    members = st.builds("{} in ({},{})".format, paths, values, values)
    return draw(st.one_of(compare, match, members, st.builds("not ({})".format, compare), paths))


@given(st.lists(clauses(), min_size=1, max_size=4).map(" or ".join))
@settings(derandomize=True, deadline=None, database=None, max_examples=200)
def test_a_well_formed_filter_is_answered_or_refused(library, text):
    library.get(DEVICES, 200, 400, **{"$filter": text})
