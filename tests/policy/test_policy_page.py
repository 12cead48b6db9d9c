"""The catalogue as a page of HTML: whole, escaped, accessible, and needing nothing else."""

from __future__ import annotations

import re
from collections import Counter
from html import escape
from html.parser import HTMLParser

import pytest

from mdm_sim.policy import catalogue
from mdm_sim.policy.explain import register
from mdm_sim.policy.facts import JUDGED, KINDS
from mdm_sim.policy.page import page
from mdm_sim.policy.words import LANGUAGES, condition

VOID = {"meta"}


class Reader(HTMLParser):
    """Counts tags, and keeps what each table's cells and headings say."""

    def __init__(self) -> None:
        super().__init__()
        self.open: list[str] = []
        self.tags: Counter[str] = Counter()
        self.attributes: list[tuple[str, dict[str, str | None]]] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags[tag] += 1
        self.attributes.append((tag, dict(attrs)))
        if tag not in VOID:
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag


def read(language: str) -> Reader:
    reader = Reader()
    reader.feed(page(language))
    assert reader.open == []
    return reader


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_row_is_on_the_page_with_its_label_cell_and_rules(language: str) -> None:
    text = page(language)
    for row in catalogue.ROWS:
        line = next(part for part in text.splitlines() if f"<code>{row.id}</code></th>" in part)
        assert f"<td>{escape(catalogue.label(row, language))}</td>" in line
        assert f'<td lang="nl">{escape(row.mam_cell)}</td>' in line
        assert f"<td>{escape(condition(row.mam, language))}</td>" in line


@pytest.mark.parametrize("language", LANGUAGES)
def test_facts_what_is_judged_and_the_register_are_on_the_page(language: str) -> None:
    text = page(language)
    assert all(f"<code>{name}</code></th>" in text for name in (*KINDS, *JUDGED))
    assert all(escape(why) in text for why in register(language).values())


@pytest.mark.parametrize("language", LANGUAGES)
def test_tables_have_captions_and_headings_with_a_scope(language: str) -> None:
    found = read(language)
    assert found.tags["table"] == found.tags["caption"] == found.tags["thead"] > 15
    scopes = [attributes.get("scope") for tag, attributes in found.attributes if tag == "th"]
    assert set(scopes) == {"col", "row"}
    assert ("html", {"lang": language}) in found.attributes


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_page_runs_nothing_and_loads_nothing(language: str) -> None:
    found = read(language)
    assert not {"script", "link", "img", "iframe", "form", "a"} & set(found.tags)
    names = {name for _, attributes in found.attributes for name in attributes}
    assert not {name for name in names if name.startswith("on") or name in {"src", "href"}}
    assert not re.search(r"url\(|@import", page(language))


def test_what_is_in_a_label_is_escaped() -> None:
    assert "customer&#x27;s password" in page("en")
    assert "customer's password" not in page("en")


def test_headings_and_rules_are_in_the_page_s_language() -> None:
    assert "<caption>Never collected</caption>" in page("en")
    assert "<caption>Nooit verzameld</caption>" in page("nl")
    assert "the app is managed" not in page("nl")


def test_a_row_that_is_reduced_says_how() -> None:
    assert "always; reduced to the last four digits unless the ownership is corporate" in page("en")
    assert "altijd; ingekort tot de laatste vier cijfers tenzij:" in page("nl")
