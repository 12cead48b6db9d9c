"""The documents say what is so: commands, options, doors and rows are the real ones."""

from __future__ import annotations

import re
from pathlib import Path

import click
import pytest
from flask.testing import FlaskClient

from mdm_sim.cli import main
from mdm_sim.graph.door import ROUTES
from mdm_sim.policy import catalogue

ROOT = Path(__file__).parents[2]
README = (ROOT / "README.md").read_text(encoding="utf-8")
DOCS = "\n".join(path.read_text(encoding="utf-8") for path in (ROOT / "docs").glob("*.md"))


def commands(group: click.Group, name: str) -> list[str]:
    found = []
    for each, command in group.commands.items():
        inner = isinstance(command, click.Group)
        found += commands(command, f"{name} {each}") if inner else [f"{name} {each}"]
    return found


def test_the_readme_reaches_its_first_request_by_line_25() -> None:
    lines = README.splitlines()
    first = next(number for number, line in enumerate(lines, 1) if "curl" in line)
    assert first <= 25
    assert 40 <= len(lines) <= 150


def test_every_link_of_the_documents_leads_somewhere() -> None:
    for path in (ROOT / "README.md", *(ROOT / "docs").glob("*.md"), ROOT / "CONTRIBUTING.md"):
        for target in re.findall(r"\]\(([^)#:]+)(?:#[^)]*)?\)", path.read_text(encoding="utf-8")):
            assert (path.parent / target).exists(), f"{path.name}: {target}"


@pytest.mark.parametrize("command", commands(main, "mdm-sim"))
def test_every_command_is_documented(command: str) -> None:
    assert command in DOCS


def test_every_option_of_serve_is_documented() -> None:
    options = [name for param in main.commands["serve"].params for name in param.opts]
    assert [name for name in options if name not in DOCS] == []


@pytest.mark.parametrize("command", commands(main.commands["policy"], "policy"))
def test_every_option_of_the_policy_commands_is_documented(command: str) -> None:
    named = main.commands["policy"].commands[command.split()[1]]
    options = [name for param in named.params for name in param.opts if name.startswith("--")]
    assert [name for name in options if name not in DOCS] == []


def test_every_plain_door_is_documented(client: FlaskClient) -> None:
    app = client.application
    paths = {rule.rule for rule in app.url_map.iter_rules() if rule.rule.startswith(("/m", "/pri"))}
    assert [path for path in paths if re.sub("<[^>]+>", "{id}", path) not in DOCS] == []


def test_every_graph_collection_is_documented() -> None:
    collections = {path for path in ROUTES.paths() if "{}" not in path and "$" not in path}
    assert [path for path in sorted(collections) if path not in DOCS] == []


def test_the_documents_tell_the_number_of_rows() -> None:
    assert f"{len(catalogue.REQUIRED)} rows" in README + DOCS
