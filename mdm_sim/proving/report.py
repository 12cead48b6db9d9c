"""The report of a proof: for a privacy officer as text, for programs as JSON. No value is in it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from typing import Any

from mdm_sim.policy import catalogue
from mdm_sim.policy.rows import Row
from mdm_sim.proving.canaries import Canary
from mdm_sim.proving.doors import door_of
from mdm_sim.proving.proof import Proof

LIMITS = tuple(
    " ".join(text.split())
    for text in (
        """True or false, and members of a list (deviceType, jailBroken, threatState and most judged
        facts), cannot be told apart by their bytes. For those the names of the facts that are held
        were compared with the names that may be.""",
        """Of a telephone number that is reduced, the four digits that stay are too few to search
        for; what was searched for are its last eleven.""",
        """The memory of a process, files that were deleted while open, and copies that a file
        system or a disk keeps by itself were not searched.""",
        """A value was looked for as UTF-8 and UTF-16, escaped for JSON, XML and URLs, as base64 and
        hexadecimal, as the beginning of an MD5, SHA-1 or SHA-256 digest, and in gzip and zlib
        members. An encryption or another digest of it would not be recognised.""",
        """A value that another one replaces on the same record may stay in the write-ahead log for
        half a minute; it was searched for after the next purge.""",
        """What an administrator writes (a policy's name, a corporate identifier, a user's name) is
        lawfully kept until it is deleted; it was searched for in all other places.""",
        """Through what Graph answers from its type model an administrator went by every route;
        other callers, bad shapes and query options took turns. Of an object's properties one has
        a route of its own here.""",
    )
)
_NO_CANARY = "true or false, or one of a list: the names of the facts held were compared"
_NO_VALUE = "a rule for other rows, with no value of its own"
COUNTS = ("canaries", "kept", "reduced", "judged", "refused", "unknown", "notTaken", "heldAtEnd")
HEADINGS = {
    "canaries": "canaries sent",
    "kept": "kept",
    "reduced": "reduced",
    "judged": "judged",
    "refused": "refused",
    "unknown": "unknown",
    "notTaken": "not taken",
    "heldAtEnd": "held at the end",
    "forbiddenFound": "forbidden found",
    "missing": "missing",
}
_OUTCOMES = {"not taken": "notTaken"}


def as_json(proof: Proof) -> dict[str, Any]:
    """Everything that the report tells."""
    by_row: dict[str, list[Canary]] = {row.id: [] for row in catalogue.ROWS}
    for canary in proof.ledger.canaries:
        by_row.setdefault(canary.row, []).append(canary)
    wrong = _wrong_by_row(proof)
    problems = Counter({"forbidden": 0, "missing": 0})
    for finding, times in proof.findings.items():
        problems[finding.problem] += times
    return {
        "clean": proof.is_clean,
        "failure": proof.failure,
        "policyVersion": catalogue.VERSION,
        "canaries": len(proof.ledger.canaries),
        "requests": proof.requests,
        "seconds": round(proof.seconds, 1),
        "bytesSearched": sum(each.file_bytes + each.answer_bytes for each in proof.searched),
        "files": sorted(proof.files),
        "forbiddenFound": problems["forbidden"],
        "missing": problems["missing"],
        "findings": [
            {
                "problem": each.problem,
                "row": each.row,
                "how": each.how,
                "place": each.place,
                "phase": each.phase,
                "times": times,
            }
            for each, times in proof.findings.items()
        ],
        "rows": [_row(row, by_row.pop(row.id), wrong) for row in catalogue.ROWS],
        "beside": [_cells(name, rest, wrong) for name, rest in sorted(by_row.items())],
        "doors": list(_doors(proof)),
        "routesWithoutCanary": [str(route) for route in proof.unvisited],
        "phases": [
            {
                "phase": each.phase,
                "canaries": each.canaries,
                "held": each.held,
                "files": each.files,
                "fileBytes": each.file_bytes,
                "answers": each.answers,
                "answerBytes": each.answer_bytes,
            }
            for each in proof.searched
        ],
        "limits": list(LIMITS),
    }


def _wrong_by_row(proof: Proof) -> Counter[tuple[str, str]]:
    found: Counter[tuple[str, str]] = Counter()
    for finding, times in proof.findings.items():
        found[finding.row, finding.problem] += times
    return found


def _row(row: Row, canaries: Sequence[Canary], wrong: Counter[tuple[str, str]]) -> dict[str, Any]:
    cells = _cells(row.id, canaries, wrong)
    note = ""
    if not canaries:
        note = _NO_CANARY if row.facts else _NO_VALUE
    return {**cells, "label": catalogue.label(row, "en"), "note": note}


def _cells(
    name: str, canaries: Sequence[Canary], wrong: Counter[tuple[str, str]]
) -> dict[str, Any]:
    outcomes = Counter(
        _OUTCOMES.get(canary.outcome, canary.outcome.partition(":")[0]) for canary in canaries
    )
    reasons = Counter(
        canary.outcome.partition(": ")[2]
        for canary in canaries
        if canary.outcome.startswith("refused")
    )
    return {
        "id": name,
        "canaries": len(canaries),
        **{outcome: outcomes[outcome] for outcome in COUNTS[1:-1]},
        "reasons": dict(sorted(reasons.items())),
        "heldAtEnd": sum(bool(canary.holders()) for canary in canaries),
        "forbiddenFound": wrong[name, "forbidden"],
        "missing": wrong[name, "missing"],
    }


def _doors(proof: Proof) -> Iterator[dict[str, Any]]:
    routes: Counter[str] = Counter()
    passed: Counter[str] = Counter()
    for route in proof.routes.routes:
        door = door_of(route)
        title = door.title if door else "(not registered)"
        routes[title] += 1
        passed[title] += proof.routes.passed[route]
    for title in sorted(routes):
        yield {"door": title, "routes": routes[title], "canaries": passed[title]}


def verdict(told: dict[str, Any]) -> str:
    """The one sentence that matters."""
    if told["failure"]:
        return f"NOT PROVEN: {told['failure']}."
    if told["clean"]:
        return (
            f"{told['forbiddenFound']} forbidden values found, of {told['canaries']:,} canaries "
            f"sent through {sum(door['routes'] for door in told['doors'])} routes."
        )
    return (
        f"NOT CLEAN: {told['forbiddenFound']} forbidden values found, {told['missing']} kept ones "
        f"missing, {len(told['routesWithoutCanary'])} routes that no canary went through, of "
        f"{told['canaries']:,} canaries."
    )


def as_text(told: dict[str, Any]) -> Iterator[str]:
    """The report as lines."""
    yield f"{verdict(told)}"
    yield (
        f"{told['requests']:,} requests, {len(told['phases'])} searches, "
        f"{told['bytesSearched'] / 1e6:,.1f} MB in files and answers, {told['seconds']} seconds; "
        f"catalogue {told['policyVersion']}."
    )
    yield from ("", *_findings(told), "By row of the page (numbers of canaries):")
    yield from _table(told["rows"])
    yield from ("", "Beside the page:")
    yield from _table(told["beside"])
    yield from ("", "Doors: routes, canaries sent through them")
    yield from (
        f"  {door['door']:32} {door['routes']:>5} {door['canaries']:>8,}" for door in told["doors"]
    )
    yield from ("", "Phases: canaries known, held, files, MB of files, answers, MB of answers")
    yield from (
        f"  {each['phase']:32} {each['canaries']:>8,} {each['held']:>6,} {each['files']:>4} "
        f"{each['fileBytes'] / 1e6:>6.1f} {each['answers']:>6,} {each['answerBytes'] / 1e6:>6.1f}"
        for each in told["phases"]
    )
    yield from ("", f"Files that were searched: {', '.join(told['files'])}", "")
    yield from (f"- {limit}" for limit in told["limits"])


def _findings(told: dict[str, Any]) -> Iterator[str]:
    for each in told["findings"]:
        yield (
            f"  {each['problem'].upper()}: {each['row']} ({each['how']}), in {each['place']}, "
            f"after the phase {each['phase']}, {each['times']} times"
        )
    yield from (f"  NO CANARY WENT THROUGH {route}" for route in told["routesWithoutCanary"])


def _table(rows: Sequence[dict[str, Any]]) -> Iterator[str]:
    widths = {name: max(6, len(heading)) for name, heading in HEADINGS.items()}
    heads = "".join(f"  {heading:>{widths[name]}}" for name, heading in HEADINGS.items())
    yield f"  {'row':52}{heads}"
    for row in rows:
        cells = "".join(f"  {row[name]:>{width},}" for name, width in widths.items())
        note = f"  {row['note']}" if row.get("note") else ""
        yield f"  {row['id']:52}{cells}{note}"
