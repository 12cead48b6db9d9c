"""Previews and comparisons as lines of text, in either language."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from mdm_sim.policy import catalogue
from mdm_sim.policy.comparing import is_same
from mdm_sim.policy.explain import catalogue_rows
from mdm_sim.policy.preview import Fate, Forecast, Preview
from mdm_sim.policy.words import (
    CONDITIONS,
    JUDGED,
    ORIGINS,
    REASONS,
    REDUCTIONS,
    VALUES,
    VERDICTS,
    Phrase,
    asked,
    listed,
    say,
)

_WIDE = 10
# fmt: off
_CATALOGUE = Phrase("catalogue {}, {} rows", "catalogus {}, {} rijen")
_REDUCED = Phrase("reduced {}", "ingekort {}")
_REGISTER = Phrase("Beside the page, the service keeps for itself:", "Naast de pagina bewaart de service voor zichzelf:")
_OF_APPS = Phrase("apps, of which something is kept: {} of {}", "apps waarvan iets wordt bewaard: {} van {}")
_UNKNOWN = Phrase("unknown names, counted and nothing else: {}", "onbekende namen, alleen geteld: {}")
_IN_SOME = Phrase("{} of {}", "{} van {}")
_REST = Phrase("the others not:", "de andere niet:")
_SAME = Phrase("the same", "hetzelfde")
_EVERY_CASE = Phrase("the same in every case", "in elk geval hetzelfde")
_HEADS = {
    "added": Phrase("added", "nieuw"),     "removed": Phrase("removed", "vervallen"),
    "changed": Phrase("changed", "anders"), "rules": Phrase("rule", "regel"),
    "facts": Phrase("fact", "feit"),       "judged": Phrase("judged", "oordeel"),
    "register": Phrase("register", "register"),
}
_SHIFTS = {
    ("refused", "kept"):    Phrase("now also kept", "nu ook bewaard"),
    ("refused", "reduced"): Phrase("now also kept, reduced", "nu ook bewaard, ingekort"),
    ("reduced", "kept"):    Phrase("now kept whole", "nu geheel bewaard"),
    ("kept", "reduced"):    Phrase("now reduced", "nu ingekort"),
    ("kept", "refused"):    Phrase("no longer kept", "niet meer bewaard"),
    ("reduced", "refused"): Phrase("no longer kept", "niet meer bewaard"),
}
# fmt: on


def catalogue_lines(language: str) -> Iterator[str]:
    """The whole catalogue: each row with its label, its rules, its MAM cell and its data category."""
    found = catalogue_rows(language)
    yield say(_CATALOGUE, language).format(found["version"], len(found["rows"]))
    for row in found["rows"]:
        yield f"{row['id']}: {row[language]}"
        small = f"; {say(_REDUCED, language).format(row['reduction'])}" if row["reduction"] else ""
        yield f"    MDM: {row['mdm']}{small}"
        yield f"    MAM: {row['mam']}   [{row['mamCell']}]"
        yield f"    {say(ORIGINS[row['origin']], language)}, {row['dataCategory']}"
        if row["facts"]:
            yield f"    {', '.join(row['facts'])}"
    yield say(_REGISTER, language)
    yield from (f"    {name}: {why}" for name, why in found["register"].items())


def preview_lines(seen: Preview, language: str) -> Iterator[str]:
    """A line for each fact: its verdict, its row with the page's label, and why. No values."""
    for forecast in seen.facts:
        yield f"{say(VERDICTS[forecast.fate], language):{_WIDE}} {_forecast(forecast, language)}"
    if seen.apps is not None:
        yield say(_OF_APPS, language).format(*seen.apps)
    if seen.unknown:
        yield say(_UNKNOWN, language).format(seen.unknown)


def _forecast(forecast: Forecast, language: str) -> str:
    if forecast.fate is Fate.JUDGED or forecast.row is None:
        return f"{forecast.name}: {say(JUDGED, language)}"
    row = catalogue.BY_ID[forecast.row]
    head = f"{forecast.name}: {row.id} ({catalogue.label(row, language)})"
    said = [say(REDUCTIONS[forecast.how], language)] if forecast.how else []
    if forecast.of is not None:
        said.append(say(_IN_SOME, language).format(forecast.kept, forecast.of))
    if forecast.reason:
        rest = f"{say(_REST, language)} " if forecast.fate is Fate.KEPT else ""
        said.append(f"{rest}{say(REASONS[forecast.reason], language)} [{forecast.reason}]")
    return ", ".join((head, *said))


def difference_lines(found: Mapping[str, Any], language: str) -> Iterator[str]:
    """A comparison of `comparing.compare`, a line for each difference and each changed case."""
    yield f"{found['from']} -> {found['to']}"
    if is_same(found):
        yield say(_SAME, language)
    for part in ("added", "removed"):
        for row in found[part]:
            rules = f"MDM {row['mdm'][language]}; MAM {row['mam'][language]}"
            yield f"{_head(part, language)} {row['row']} ({row['labels'][language]}): {rules}"
    for change in found["changed"]:
        said = _before_after(change, language)
        yield f"{_head('changed', language)} {change['row']}, {change['what']}: {said}"
    for rule in found["rules"]:
        workload = say(VALUES[rule["workload"]], language)
        said = _before_after(rule, language)
        yield f"{_head('rules', language)} {rule['row']}, {workload}: {said}"
        yield from _shifts(rule["shifts"], language)
    for change in found["tables"]:
        said = _before_after(change, language)
        yield f"{_head(change['table'], language)} {change['name']}: {said}"


def _head(part: str, language: str) -> str:
    return f"{say(_HEADS[part], language):{_WIDE}}"


def _before_after(change: Mapping[str, Any], language: str) -> str:
    return f"{_text(change['before'], language)} -> {_text(change['after'], language)}"


def _text(value: Any, language: str) -> str:
    """A part of an export in a few words: a text in both languages by the one that is asked."""
    match value:
        case None | [] | dict() if not value:
            return "-"
        case {"en": _, "nl": _, **rest} if not rest:
            return str(value[language])
        case dict():
            return ", ".join(f"{name} {_text(inner, language)}" for name, inner in value.items())
        case list():
            return ", ".join(_text(inner, language) for inner in value)
        case _:
            return str(value)


def _shifts(shifts: list[dict[str, Any]], language: str) -> Iterator[str]:
    if not shifts:
        yield f"    {say(_EVERY_CASE, language)}"
    for shift in shifts:
        said = say(_SHIFTS[shift["before"], shift["after"]], language)
        workload = say(VALUES[shift["workload"]], language)
        for case in shift["cases"]:
            named = (_case(field, tuple(values), language) for field, values in case.items())
            yield f"    {said}: {', '.join((workload, *named))}"


def _case(field: str, values: tuple[Any, ...], language: str) -> str:
    if field in CONDITIONS:
        return asked(field, values, language)
    return listed([say(VALUES[value], language) for value in values], language)
