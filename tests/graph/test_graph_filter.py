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
    ("'Alpha' eq deviceName",                                   "A"),
    ("64000 gt totalStorageSpaceInBytes",                       "BCDE"),
    ("null ne deviceName",                                      "ABCE"),
    ("deviceName eq deviceName",                                ALL),
    ("serialNumber ne deviceName",                              "ABCDE"),
    ("managedDeviceName eq deviceName",                         ALL),
    ("totalStorageSpaceInBytes gt freeStorageSpaceInBytes",     "AB"),
    ("operatingSystem has 'iOS'",                               "AE"),
    ("tolower(deviceName) eq 'alpha'",                          "A"),
    ("toupper(deviceName) eq 'ÉLODIE'",                         "E"),
    ("ToUpper(deviceName) eq 'BETA'",                           "B"),
    ("trim('  beta ') eq deviceName",                           "B"),
    ("length(deviceName) eq 5",                                 "A"),
    ("length(deviceName) gt 5",                                 "CE"),
    ("indexof(deviceName,'ph') eq 2",                           "A"),
    ("indexof(deviceName,'zz') eq -1",                          "ABCE"),
    ("substring(deviceName,2) eq 'pha'",                        "A"),
    ("substring(deviceName,1,2) eq 'et'",                       "B"),
    ("concat(concat(deviceName,'-'),osVersion) eq 'beta-9'",    "B"),
    ("contains('xAlphax',deviceName)",                          "A"),
    ("startswith('beta version',deviceName)",                   "B"),
    ("endswith(deviceName,'')",                                 "ABCE"),
    ("contains(deviceName,'a') eq true",                        "ABC"),
    ("contains(deviceName,'a') eq false",                       "DE"),
    ("contains(deviceName,'a') ne startswith(deviceName,'a')",  "BC"),
    ("totalStorageSpaceInBytes div 1000 eq 64",                 "A"),
    ("totalStorageSpaceInBytes divby 64000 eq 0.5",             "B"),
    ("totalStorageSpaceInBytes mod 48000 eq 16000",             "A"),
    ("totalStorageSpaceInBytes mul 2 sub 4000 eq 60000",        "B"),
    ("2 add 3 mul 4 eq 14 and osVersion eq '9'",                "B"),
    ("totalStorageSpaceInBytes sub (1 sub 1) eq 32000",         "B"),
    ("totalStorageSpaceInBytes div 0 eq 1",                     ""),
    ("-totalStorageSpaceInBytes lt -32000",                     "A"),
    ("totalStorageSpaceInBytes lt INF",                         ALL),
    ("totalStorageSpaceInBytes gt -INF",                        ALL),
    ("round(2.5) eq 3 and floor(-2.5) eq -3 and ceiling(-2.5) eq -2", ALL),
    ("enrolledDateTime lt now() add duration'P1D'",             ALL),
    ("lastSyncDateTime lt now() sub duration'P30D'",            ""),
    ("now() sub lastSyncDateTime lt duration'PT1H'",            ALL),
    ("year(enrolledDateTime) ge 2020 and month(enrolledDateTime) le 12", ALL),
    ("date(enrolledDateTime) gt 2000-01-01",                    ALL),
    ("date(2024-02-03T23:59:59Z) eq 2024-02-03",                ALL),
    ("time(2024-02-03T23:59:59Z) eq 23:59:59",                  ALL),
    ("hour(2024-02-03T23:59:58+01:00) eq 22 and second(2024-02-03T23:59:58Z) eq 58", ALL),
    ("day(1969-12-31T23:59:59.5Z) eq 31 and year(0001-01-01) eq 1", ALL),
    ("2024-01-01T00:00:00.1234567Z gt 2024-01-01T00:00:00.1234566z", ALL),
    ("duration'P1D' eq duration'PT24H' and duration'-PT1M' lt duration'PT0S'", ALL),
    ("$it/deviceName eq 'Alpha'",                               "A"),
    ("deviceName eq example.type'Alpha'",                       "A"),
    ("isEncrypted eq easActivated",                             ALL),
    ("not isEncrypted",                                         ALL),
    ("not isEncrypted eq true",                                 ALL),
    ("true and not false",                                      ALL),
    ("null eq null and not (null ne null)",                     ALL),
    ("serialNumber in ('S-A','S-B') eq false",                  "CDE"),
    ("(managedDeviceOwnerType) eq 'company'",                   "AC"),
)
# A syntax error tells where it is; everything else tells what is wrong.
SYNTAX = (
    "deviceName eq", "eq 'x'", "deviceName eq 'x", "(deviceName eq 'x'",
    "deviceName eq 'x')", "deviceName in ()", "deviceName in ('x'", "a/", "a/any(", "a/any(x",
    "a/any(x:", "a/any(x:x", "a/all()", "a/any('x':x)", "-", "x eq 2026-01-01T", "x eq 'x''",
    "deviceName eq 'x' and",
    "deviceName eq 'x' deviceName", "deviceName & 'x'", "not", "contains(", "contains(deviceName",
    "contains(deviceName,)", "(" * 60, "not " * 60, "'x", "deviceName eq 'CANARY' CANARY",
)
WRONG = (
    "CANARY eq 'CANARY'", "contains(CANARY,'x')", "CANARY in ('x')", "CANARY",
    "deviceName eq 5", "deviceName eq true", "totalStorageSpaceInBytes eq 'CANARY'",
    "isEncrypted eq 'true'", "isEncrypted eq 1", "enrolledDateTime gt 'CANARY'",
    "enrolledDateTime gt 2026-13-45", "deviceName in (5)", "deviceName in (deviceName)",
    "contains(deviceName)", "deviceName in 'x'", "deviceName in deviceName",
    "contains(deviceName,'a','b')", "'x'", "5", "null", "deviceName", "isEncrypted has 'x'",
    "isof('CANARY')", "isof('microsoft.graph.CANARY')", "isof(5)", "isof()", "isof(deviceName)",
    "isof(deviceName,'microsoft.graph.CANARY')", "microsoft.graph.CANARY/deviceName eq 'x'",
    f"deviceName eq '{'CANARY' * 2000}'", "deviceName/any(x:x eq 'y')", "contains(deviceName,5)",
    "CANARY/any(x:x eq 'y')", "deviceName/$count eq 1", "$count eq 1", "deviceName/CANARY eq 'x'",
    "CANARY(deviceName)", "length(deviceName,5) eq 1", "length(5) eq 1", "year(deviceName) eq 1",
    "deviceName add 5 eq 5", "-deviceName eq 5", "enrolledDateTime add 5 eq null", "now() gt 5",
    "deviceName eq totalStorageSpaceInBytes", "deviceActionResults eq 'x'",
    "totalStorageSpaceInBytes in ('CANARY')", "guid'CANARY' eq id", "duration'CANARY' eq null",
    "CANARY'CANARY' eq deviceName", f"totalStorageSpaceInBytes eq {'9' * 5000}",
    "trim(" * 12 + "deviceName" + ")" * 12 + " eq 'x'", "floor(" * 9 + "5" + ")" * 9 + " eq 5",
    "1 add " * 20 + "1 eq 21", "isEncrypted or " * 600 + "isEncrypted",
    f"deviceName in ({','.join(['null'] * 501)})",
)
# These broke, or may break, a database or its driver.
HARD = (
    "contains(totalStorageSpaceInBytes,5)", "startswith(isEncrypted,true)",
    "isSupervised gt true", "isEncrypted le false",
    "(" * 18 + "isEncrypted" + ")" * 18, "not " * 18 + "isEncrypted",
    "(" * 200, "-" * 900 + "5 eq 5",
    "concat(" * 8 + "deviceName" + ",'x')" * 8 + " eq 'x'", "a/any(x:" * 30,
    "totalStorageSpaceInBytes mul 9223372036854775807 gt 0",
    "year(now() add duration'P999999999D') eq 1",
    "substring(deviceName,-5,-9223372036854775807) eq ''",
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
