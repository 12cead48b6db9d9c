"""$search: words and phrases in the names of objects, joined and negated."""

import pytest

APPS = "deviceAppManagement/mobileApps"
STORED = {
    "A": ("Company Portal", "for everyone"),
    "B": ("Mail & More", "the portal of mail"),
    "C": ('Say "hello" 100%', ""),
    "D": ("Élan: one", "OR"),
}
FOUND = {
    "portal": "AB",
    "PORTAL": "AB",
    '"displayName:portal"': "A",
    '"DISPLAYNAME:Portal"': "A",
    '"description:portal"': "B",
    '"company portal"': "A",
    '"portal company"': "",
    "company portal": "A",
    "portal NOT company": "B",
    "NOT portal": "CD",
    "company OR hello": "AC",
    '"displayName:company" OR "displayName:mail"': "AB",
    '"displayName:mail" AND "description:portal"': "B",
    "(company OR mail) AND portal": "AB",
    "NOT (company OR mail)": "CD",
    "company OR mail AND hello": "A",
    '"100%"': "C",
    '"Say \\"hello"': "C",
    '"displayName:Élan: one"': "D",
    '"OR"': "ABD",
    "é": "D",
    '"displayName:"': "ABCD",
}
WRONG = (
    "AND", "portal AND", "OR portal", "NOT", "(portal", "portal)", "()", '"portal', '"',
    '"CANARY:x"', '"id:x"', "CANARY:x", "x " * 60, "(" * 30 + "x" + ")" * 30, "x" * 3000,
    "NOT " * 45 + "(",
)  # fmt: skip


@pytest.fixture
def found(graph):
    """The letters of the apps that a $search finds."""
    for name, description in STORED.values():
        app = {"@odata.type": "#microsoft.graph.iosStoreApp", "displayName": name}
        graph("POST", APPS, {**app, "publisher": "x", "description": description}, 201)
    letters = {name: letter for letter, (name, _) in STORED.items()}

    def search(text: str, **options: str) -> str:
        query = "".join(f"&${name}={value}" for name, value in options.items())
        answer = graph("GET", f"{APPS}?$search={quote(text)}{query}")
        return "".join(sorted(letters[each["displayName"]] for each in answer["value"]))

    return search


def quote(text: str) -> str:
    return "".join(f"%{byte:02X}" for byte in text.encode())


def test_a_search_finds(found):
    assert {text: found(text) for text in FOUND} == FOUND


def test_a_search_and_a_filter_are_both_met(found):
    assert found("portal", filter="startswith(displayName,'M')") == "B"


def test_a_search_is_counted(found, graph):
    assert found("portal")
    assert graph("GET", f"{APPS}?$search=portal&$count=true&$top=1")["@odata.count"] == 2


def test_a_search_that_makes_no_sense_is_refused(graph):
    for text in WRONG:
        error = graph("GET", f"{APPS}?$search={quote(text)}", status=400)["error"]
        assert error["code"] == "BadRequest"
        assert "CANARY" not in str(error)


def test_an_empty_search_is_none(found):
    assert found("") == "ABCD"


def test_a_collection_without_such_names_is_not_searched(graph):
    graph("GET", "deviceAppManagement/managedAppRegistrations?$search=x", status=400)
