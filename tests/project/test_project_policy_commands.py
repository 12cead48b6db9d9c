"""`mdm-sim policy`: show, explain, export and diff, on files and streams; no value comes back."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import orjson
import pytest
from click.testing import CliRunner, Result

from mdm_sim.cli import main
from mdm_sim.cli.policy import MOST_FACTS_BYTES
from mdm_sim.messages import CONDITIONS
from mdm_sim.policy import catalogue
from mdm_sim.policy.page import page

FACTS: dict[str, Any] = {
    "deviceName": "CANARY",
    "phoneNumber": "+31612345678",
    "location": {"latitude": 52.1, "longitude": 5.1, "CANARY": 1},
    "isEncrypted": True,
    "photos": ["CANARY"],
    "encryptionKeys": "CANARY",
    "applications": [{"id": "own", "name": "CANARY"}, {"id": "other"}],
    "CANARY": "CANARY",
}


def run(*arguments: str, given: bytes | None = None) -> Result:
    return CliRunner().invoke(main, ["policy", *arguments], input=given)


def explain(facts: Any, *arguments: str) -> Result:
    """Explain facts from standard input; whatever is answered, it never holds a value."""
    given = facts if isinstance(facts, bytes) else orjson.dumps(facts)
    answer = run("explain", "-", "--workload", "mdm", *arguments, given=given)
    assert "CANARY" not in answer.output
    return answer


@pytest.fixture
def exported(tmp_path: Path) -> Path:
    """The catalogue of this version in a file."""
    path = tmp_path / "catalogue.json"
    assert run("export", "--as", "catalogue", "--output", str(path)).exit_code == 0
    return path


@pytest.mark.parametrize("language", ["nl", "en"])
def test_show_prints_every_row_with_its_label(language: str) -> None:
    printed = run("show", "--lang", language).output
    assert all(f"{row.id}: {catalogue.label(row, language)}" in printed for row in catalogue.ROWS)


def test_show_speaks_dutch_in_text_and_in_json() -> None:
    assert "    MAM: nooit   [Neen]" in run("show", "--lang", "nl").output
    found = orjson.loads(run("show", "--lang", "nl", "--json").output)
    assert {row["mdm"] for row in found["rows"]} > {"altijd", "nooit"}
    assert found["version"] == catalogue.VERSION


def test_show_prints_the_page() -> None:
    assert run("show", "--html", "--lang", "nl").output == page("nl")


def test_show_has_one_form_at_a_time() -> None:
    assert run("show", "--html", "--json").exit_code == 2


@pytest.mark.parametrize(("arguments", "said"), [
    ((), "reduced    phoneNumber: user.phone_number (Phone number), to the last four digits"),
    ((), "location: device.location (Location (corporate devices only)), the device counts as"),
    (("--ownership", "corporate"), "kept       location: device.location"),
    ((), "judged     isEncrypted: judged for compliance"),
    ((), "never_collected"),
    ((), "encryptionKeys: managed_app.encryption_keys (Encryption keys), it does not come from a"),
    ((), "apps, of which something is kept: 0 of 2"),
    (("--condition", "compliantAppsFeature"), "apps, of which something is kept: 2 of 2"),
    (("--workload", "mam", "--managed-app", "own"), "kept: 1 of 2"),
    (("--lang", "nl"), "ingekort   phoneNumber: user.phone_number (Telefoonnummer)"),
    ((), "unknown names, counted and nothing else: 1"),
    (("--ownership", "corporate"), "unknown names, counted and nothing else: 2"),
])  # fmt: skip
def test_explain_says_what_becomes_of_each_fact(arguments: tuple[str, ...], said: str) -> None:
    answer = explain(FACTS, *arguments)
    assert answer.exit_code == 0
    assert said in answer.output


def test_explain_reads_bare_facts_and_what_a_device_sends_alike(tmp_path: Path) -> None:
    path = tmp_path / "facts.json"
    path.write_bytes(orjson.dumps({"platform": "ios", "facts": FACTS}))
    answer = run("explain", str(path), "--workload", "mdm")
    assert answer.output == explain(FACTS).output


def test_explain_answers_in_json_what_the_door_does() -> None:
    arguments = ("--json", "--platform", "windows", "--condition", "entraJoined")
    found = orjson.loads(explain(FACTS, *arguments).output)
    assert found["policyVersion"] == catalogue.VERSION
    assert found["context"]["platform"] == "windows"
    assert [name for name in CONDITIONS if found["context"][name]] == ["entraJoined"]
    labels = {fact["name"]: fact["labels"] for fact in found["facts"]}
    assert labels["deviceName"] == {"nl": "Apparaatnaam", "en": "Device name"}


@pytest.mark.parametrize(("given", "said"), [
    (b"CANARY", "the file is not JSON (at character 0)"),
    (b'["CANARY"]', "the file has to be a JSON object"),
    (b'{"facts": "CANARY"}', "facts has to be a JSON object"),
    (b'{"imei": "CANARY"}', "/imei: 15 digits, the last a Luhn check digit is expected"),
    (b'{"facts": {"jailBroken": "CANARY"}}', "/jailBroken: a boolean is expected"),
    (b'{"x":' + b"[" * 40 + b'"CANARY"' + b"]" * 40 + b"}", "nests deeper than 16"),
    (b'{"x":"' + b"CANARY" * (MOST_FACTS_BYTES // 6) + b'"}', "larger than 1048576 bytes"),
    (b"", "the file is not JSON"),
    (b"\xff\xfe", "the file is not JSON"),
])  # fmt: skip
def test_explain_refuses_a_bad_file_by_its_place(given: bytes, said: str) -> None:
    answer = explain(given)
    assert answer.exit_code != 0
    assert said in answer.output
    assert answer.exception is None or isinstance(answer.exception, SystemExit)


def test_explain_names_the_conditions_there_are() -> None:
    answer = explain(FACTS, "--condition", "CANARY")
    assert answer.exit_code == 2
    assert all(name in answer.output for name in ("entraJoined", "userDiagnostics"))


@pytest.mark.parametrize("kind", ["catalogue", "fideslang", "processing-record", "data-map"])
def test_export_writes_json(kind: str, tmp_path: Path) -> None:
    printed = run("export", "--as", kind, "--lang", "nl").output
    assert run("export", "--as", kind, "--lang", "nl", "--output", str(tmp_path / "x")).output == ""
    assert (tmp_path / "x").read_text(encoding="utf-8") == printed
    assert isinstance(orjson.loads(printed), dict)


def test_export_writes_text_for_people() -> None:
    printed = run("export", "--as", "processing-record", "--lang", "nl", "--text").output
    assert printed.startswith("# Register van verwerkingsactiviteiten\n")


@pytest.mark.parametrize("arguments", [("--as", "catalogue", "--text"), (), ("--as", "x")])
def test_export_refuses_what_there_is_not(arguments: tuple[str, ...]) -> None:
    assert run("export", *arguments).exit_code == 2


def test_export_says_that_a_file_cannot_be_written(tmp_path: Path) -> None:
    answer = run("export", "--as", "data-map", "--output", str(tmp_path / "no" / "x"))
    assert answer.exit_code == 1
    assert "the file cannot be written" in answer.output


def test_diff_of_the_same_exits_with_0(exported: Path) -> None:
    answer = run("diff", str(exported))
    assert (answer.exit_code, answer.output.splitlines()[1]) == (0, "the same")


def test_diff_tells_and_exits_with_1(exported: Path, tmp_path: Path) -> None:
    other = tmp_path / "old.json"
    other.write_bytes(exported.read_bytes().replace(b'"mamCell": "Neen"', b'"mamCell": "Ja"', 1))
    answer = run("diff", str(other), str(exported))
    assert answer.exit_code == 1
    assert "access.certificate_private_keys, mamCell: Ja -> Neen" in answer.output
    assert run("diff", str(other)).output == answer.output
    assert "anders     access.certificate" in run("diff", str(other), "--lang", "nl").output
    found = orjson.loads(run("diff", str(other), "--json").output)
    assert [change["what"] for change in found["changed"]] == ["mamCell"]


@pytest.mark.parametrize("given", [b"", b"CANARY", b"[]", b'{"format": "CANARY"}', b"\x00"])
def test_diff_of_what_is_no_export_exits_with_2(given: bytes, exported: Path) -> None:
    for arguments in (("-", str(exported)), (str(exported), "-")):
        answer = run("diff", *arguments, given=given)
        assert answer.exit_code == 2
        assert "CANARY" not in answer.output
