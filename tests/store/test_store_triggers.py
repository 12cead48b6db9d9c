"""Writing past the service: the tables themselves refuse, and say nothing of what they refused."""

from __future__ import annotations

from dataclasses import replace
from random import Random
from typing import Any

import pytest
from databases import Plain, Refused
from store.store_contexts import (
    BARRED,
    CANARY,
    DOCUMENTS,
    OWN,
    REGISTERED,
    TENANT,
    every_context,
    insertion,
    keeps,
    parsed,
    row,
)

from mdm_sim.contexts import columns
from mdm_sim.policy.context import Context, Ownership, Platform, Workload
from mdm_sim.store.dialects import refusals

PLAIN = Context(Workload.MDM, Ownership.PERSONAL, Platform.IOS)
CORPORATE = replace(PLAIN, ownership=Ownership.CORPORATE)
APP = Context(Workload.MAM, Ownership.PERSONAL, Platform.IOS)
UNREADABLE = (
    "",
    CANARY,
    f'{{"osVersion": "{CANARY}"',
    f'{{osVersion: "{CANARY}"}}',
    f'{{"osVersion": "1"}} {CANARY}',
    f"{{/* {CANARY} */}}",
    f'{{"location": "{CANARY}"}}',
    f'{{"appIdentifier": "{CANARY}"}}',
    f'{{"applications": "{CANARY}"}}',
    f'{{"applications": ["{CANARY}"]}}',
    f'{{"applications": {{"id": "{CANARY}"}}}}',
)
MISTYPED = (
    f'{{"deviceName": {{"callHistory": "{CANARY}"}}}}',
    f'{{"imei": ["{CANARY}"]}}',
    '{"imei": 490154203237518}',
    '{"osVersion": null}',
    f'{{"jailBroken": "{CANARY}"}}',
    '{"totalStorageSpaceInBytes": -1}',
    f'{{"thirdPartyUserIds": [{{"contacts": "{CANARY}"}}]}}',
    f'{{"location": {{"latitude": {{"home": "{CANARY}"}}}}}}',
    f'{{"appIdentifier": {{"bundleId": {{"name": "{CANARY}"}}}}}}',
    f'{{"applications": [{{"id": {{"contacts": "{CANARY}"}}}}]}}',
    f'{{"applications": [["{CANARY}"]]}}',
    '{"applications": [null]}',
)


def sampled(workload: Workload) -> list[tuple[Context, str, bool]]:
    """For every document a context that permits it and one that does not, where there are such."""
    contexts = [c for owner in Ownership for c in every_context(workload, owner)]
    Random(4).shuffle(contexts)  # noqa: S311
    found: dict[tuple[str, bool], Context] = {}
    for document in (*DOCUMENTS, *BARRED):
        facts = parsed(document)
        for context in contexts[:500]:
            found.setdefault((document, keeps(facts, context)), context)
    return [(context, document, kept) for (document, kept), context in found.items()]


SAMPLED = {workload: sampled(workload) for workload in Workload}


def refused(plain: Plain, statement: str, values: dict[str, Any]) -> bool:
    """Try to write; a refusal whose text holds anything of what was refused does not count."""
    try:
        plain.execute(statement, values)
    except Refused as error:
        return CANARY not in str(error)
    return False


@pytest.fixture
def plain(plain: Plain) -> Plain:
    """The database, with one managed app, inside a transaction that is never committed."""
    plain.execute("BEGIN")
    plain.execute("INSERT INTO managed_apps VALUES (?, ?, 'app')", (TENANT, REGISTERED))
    return plain


@pytest.mark.parametrize("workload", Workload)
def test_an_insert_is_refused_just_when_the_rules_say_so(plain: Plain, workload: Workload) -> None:
    for context, document, kept in SAMPLED[workload]:
        plain.execute("SAVEPOINT one")
        table, values = row(context, document)
        assert refused(plain, insertion(table, values), values) != kept, (document, context)
        plain.execute("ROLLBACK TO one")


@pytest.mark.parametrize("workload", Workload)
def test_an_update_is_refused_just_when_the_rules_say_so(plain: Plain, workload: Workload) -> None:
    for context, document, kept in SAMPLED[workload]:
        plain.execute("SAVEPOINT one")
        table, values = row(context, "{}")
        plain.execute(insertion(table, values), values)
        update = f"UPDATE {table} SET facts = :facts"
        assert refused(plain, update, {"facts": document}) != kept, (document, context)
        plain.execute("ROLLBACK TO one")


@pytest.mark.parametrize("workload", Workload)
def test_a_changed_context_is_refused_when_it_no_longer_permits_the_document(
    plain: Plain, workload: Workload
) -> None:
    written = {document: context for context, document, kept in SAMPLED[workload] if kept}
    for context, document, kept in SAMPLED[workload]:
        table, values = row(written.get(document, context), document)
        plain.execute("SAVEPOINT one")
        if document in written:
            plain.execute(insertion(table, values), values)
            names = ", ".join(f"{name} = :{name}" for name in columns(context))
            update = f"UPDATE {table} SET {names}"
            assert refused(plain, update, columns(context)) != kept, (document, context)
        plain.execute("ROLLBACK TO one")


@pytest.mark.parametrize("workload", Workload)
def test_the_sample_accepts_and_refuses_whatever_can_be(workload: Workload) -> None:
    ends = {kept: sum(each == kept for *_, each in SAMPLED[workload]) for kept in (True, False)}
    assert ends[True] > 20
    assert ends[False] > len(BARRED)


def test_a_refusal_names_the_policy_and_no_value(plain: Plain) -> None:
    table, values = row(PLAIN, f'{{"callHistory": "{CANARY}"}}')
    with pytest.raises(Refused) as caught:
        plain.execute(insertion(table, values), values)
    assert str(caught.value) == refusals.FACT


def test_a_corporate_document_bars_the_mark_of_personal(plain: Plain) -> None:
    table, values = row(CORPORATE, '{"phoneNumber": "+31612345678"}')
    plain.execute(insertion(table, values), values)
    assert refused(plain, f"UPDATE {table} SET ownership = 'personal'", {})


@pytest.mark.parametrize("context", [CORPORATE, APP])
@pytest.mark.parametrize("document", UNREADABLE)
def test_what_is_no_document_is_refused(plain: Plain, context: Context, document: str) -> None:
    table, values = row(context, document)
    assert refused(plain, insertion(table, values), values)


@pytest.mark.parametrize("document", MISTYPED)
def test_a_value_of_another_type_than_its_facts_is_refused(plain: Plain, document: str) -> None:
    table, values = row(CORPORATE, document)
    assert not keeps(parsed(document), CORPORATE)
    assert refused(plain, insertion(table, values), values)


@pytest.mark.parametrize("enrolled", [False, True])
def test_only_an_app_of_an_enrolled_device_may_be_linked_to_one(
    plain: Plain, enrolled: bool
) -> None:
    context = replace(APP, mdm_enrolled=enrolled)
    table, values = row(context, '{"osVersion": "18"}', device_id="device")
    assert refused(plain, insertion(table, values), values) is not enrolled


def test_a_link_outlives_no_enrollment(plain: Plain) -> None:
    table, values = row(replace(APP, mdm_enrolled=True), "{}", device_id="device")
    plain.execute(insertion(table, values), values)
    assert refused(plain, f"UPDATE {table} SET mdm_enrolled = FALSE", {})
    assert not refused(plain, f"UPDATE {table} SET mdm_enrolled = FALSE, device_id = NULL", {})
    assert refused(plain, f"UPDATE {table} SET device_id = 'device'", {})


@pytest.mark.of_sqlite("ways of inserting that others do not have")
@pytest.mark.parametrize("verb", ["INSERT OR REPLACE", "INSERT OR IGNORE", "REPLACE"])
def test_no_way_of_inserting_goes_round_the_guard(plain: Plain, verb: str) -> None:
    table, values = row(APP, f'{{"appIdentifier": {{"bundleId": "{OWN}"}}, "imei": "{CANARY}"}}')
    statement = insertion(table, values).replace("INSERT", verb, 1)
    assert refused(plain, statement, values)
    assert plain.execute(f"SELECT count(*) FROM {table}").fetchone() == (0,)


@pytest.mark.parametrize(
    ("fact", "document", "consents", "may"),
    [
        ("diagnosticUsage", '{"sessions": 3}', (1, 1), True),
        ("diagnosticUsage", '{"sessions": 3}', (1, 0), False),
        ("diagnosticUsage", '{"sessions": 3}', (0, 1), False),
        ("diagnosticUsage", f'{{"contacts": "{CANARY}"}}', (1, 1), False),
        ("diagnosticHealth", '{"sessions": 3}', (1, 1), False),
        ("callHistory", f'["{CANARY}"]', (1, 1), False),
        ("deviceName", f'"{CANARY}"', (1, 1), False),
    ],
)
def test_diagnostics_take_both_consents_and_no_other_name(
    plain: Plain, fact: str, document: str, consents: tuple[int, int], may: bool
) -> None:
    statement = "INSERT INTO diagnostics VALUES ('tenant', 'pseudonym', :fact, :document, :t, :u)"
    values = {"fact": fact, "document": document, "t": bool(consents[0]), "u": bool(consents[1])}
    assert refused(plain, statement, values) is not may
