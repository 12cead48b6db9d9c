"""Commands about what may be kept: show it, explain it on a file, export it, compare it."""

from __future__ import annotations

import sys
from collections.abc import Iterable
from pathlib import Path
from typing import Any, BinaryIO

import click

from mdm_sim.cli.options import SHOWN

# The most that explain and diff read, as the doors take.
MOST_FACTS_BYTES = 1024 * 1024
MOST_EXPORT_BYTES = 4 * 1024 * 1024

LANGUAGE = click.option(
    "--lang", "language", type=click.Choice(["nl", "en"]), default="en", **SHOWN
)
JSON = click.option("--json", "as_json", is_flag=True, help="JSON, for programs.")


@click.group()
def policy() -> None:
    """The catalogue of what may be kept."""


@policy.command("show")
@LANGUAGE
@JSON
@click.option("--html", "as_html", is_flag=True, help="One page of HTML, ready to print.")
def policy_show(language: str, as_json: bool, as_html: bool) -> None:  # noqa: FBT001
    """Print every row with its MAM cell and its rules."""
    from mdm_sim.policy.explain import catalogue_rows
    from mdm_sim.policy.page import page
    from mdm_sim.policy.telling import catalogue_lines

    if as_json and as_html:
        message = "give --json or --html, not both"
        raise click.UsageError(message)
    if as_html:
        click.echo(page(language), nl=False)
    elif as_json:
        _print_json(catalogue_rows(language))
    else:
        _print_lines(catalogue_lines(language))


@policy.command("explain")
@click.argument("file", type=click.File("rb"))
@click.option("--workload", type=click.Choice(["mdm", "mam"]), required=True)
@click.option(
    "--ownership", type=click.Choice(["corporate", "personal"]), default="personal", **SHOWN
)
@click.option(
    "--platform",
    default="ios",
    type=click.Choice(["windows", "macos", "ios", "ipados", "android", "linux"]),
    **SHOWN,
)
@click.option(
    "--condition",
    "conditions",
    multiple=True,
    metavar="NAME",
    help="A condition that holds, such as entraJoined, as receipts name them; may be repeated.",
)
@click.option(
    "--managed-app",
    "managed_apps",
    multiple=True,
    metavar="ID",
    help="The identifier of an app that the tenant manages; may be repeated.",
)
@LANGUAGE
@JSON
def policy_explain(
    file: BinaryIO,
    workload: str,
    ownership: str,
    platform: str,
    conditions: tuple[str, ...],
    managed_apps: tuple[str, ...],
    language: str,
    as_json: bool,  # noqa: FBT001
) -> None:
    """Say what would become of the facts in FILE (- for stdin), and why. Nothing is stored.

    FILE holds a JSON object of facts, or one whose `facts` are that, as a device sends it. Values
    are never printed; of names that are in no table only the number is.
    """
    from mdm_sim.messages import CONDITIONS, forecast
    from mdm_sim.policy.context import Context, Ownership, Platform, Workload
    from mdm_sim.policy.preview import preview
    from mdm_sim.policy.telling import preview_lines

    if set(conditions) - CONDITIONS.keys():
        message = f"the conditions are {', '.join(CONDITIONS)}"
        raise click.BadParameter(message, param_hint="--condition")
    holds = {CONDITIONS[name]: True for name in conditions}
    context = Context(Workload(workload), Ownership(ownership), Platform(platform), **holds)
    facts = _facts(file)
    if as_json:
        _print_json(forecast(facts, context, managed_apps))
    else:
        _print_lines(preview_lines(preview(facts, context, managed_apps), language))


@policy.command("export")
@click.option(
    "--as",
    "kind",
    type=click.Choice(["catalogue", "fideslang", "processing-record", "data-map"]),
    required=True,
)
@LANGUAGE
@click.option("--text", "as_text", is_flag=True, help="Markdown, for people.")
@click.option(
    "--output",
    type=click.Path(path_type=Path, dir_okay=False),
    metavar="FILE",
    help="Where to write it, instead of printing it.",
)
def policy_export(kind: str, language: str, as_text: bool, output: Path | None) -> None:  # noqa: FBT001
    """Write the policy as a document: JSON, or two of them as text."""
    from mdm_sim.policy.exports import EXPORTS, TITLES, readable

    document = EXPORTS[kind](language)
    if as_text and kind not in TITLES:
        message = f"--text is for {' and '.join(TITLES)}"
        raise click.UsageError(message)
    data = readable(kind, document, language).encode() if as_text else _json(document)
    if output is None:
        click.echo(data, nl=False)
        return
    try:
        output.write_bytes(data)
    except OSError as error:
        raise click.ClickException(f"the file cannot be written: {error.strerror}") from None


@policy.command("diff")
@click.argument("old", type=click.File("rb"))
@click.argument("new", type=click.File("rb"), required=False)
@LANGUAGE
@JSON
def policy_diff(old: BinaryIO, new: BinaryIO | None, language: str, as_json: bool) -> None:  # noqa: FBT001
    """Compare two exports of --as catalogue; NEW is this version's when it is not given.

    Exits with 0 when nothing differs, 1 when something does, 2 when a file cannot be compared.
    """
    from mdm_sim.policy.comparing import Unreadable, compare, is_same
    from mdm_sim.policy.telling import difference_lines

    try:
        found = compare(_export(old), _export(new) if new else _this_version())
    except Unreadable as error:
        raise click.UsageError(str(error)) from None
    if as_json:
        _print_json(found)
    else:
        _print_lines(difference_lines(found, language))
    sys.exit(0 if is_same(found) else 1)


def _facts(file: BinaryIO) -> dict[str, Any]:
    """The facts in a file, checked as the doors check them; no fault quotes a value."""
    from mdm_sim.bodies.checking import check
    from mdm_sim.bodies.fact_schema import FACTS
    from mdm_sim.bodies.parsing import parse
    from mdm_sim.messages import Fault, Malformed

    try:
        body = parse(_read(file, MOST_FACTS_BYTES))
    except Fault as fault:
        raise click.ClickException(fault.message.replace("the body", "the file")) from None
    facts = body.get("facts", body)
    if not isinstance(facts, dict):
        message = "facts has to be a JSON object"
        raise click.ClickException(message)
    try:
        return check(FACTS(), facts)
    except Malformed as fault:
        wrong = (f"  {detail.target}: {detail.message}" for detail in fault.details)
        raise click.ClickException("\n".join(("no door takes these facts", *wrong))) from None


def _export(file: BinaryIO) -> dict[str, Any]:
    import orjson

    try:
        document: Any = orjson.loads(_read(file, MOST_EXPORT_BYTES))
    except orjson.JSONDecodeError:
        document = None
    if not isinstance(document, dict):
        message = "the file is not a JSON object"
        raise click.UsageError(message)
    return document


def _this_version() -> dict[str, Any]:
    """This version's catalogue as it would be read from a file."""
    import orjson

    from mdm_sim.policy.exports import EXPORTS

    document: dict[str, Any] = orjson.loads(_json(EXPORTS["catalogue"]("en")))
    return document


def _read(file: BinaryIO, most: int) -> bytes:
    data = file.read(most + 1)
    if len(data) > most:
        message = f"the file is larger than {most} bytes"
        raise click.UsageError(message)
    return data


def _json(document: Any) -> bytes:
    import orjson

    return orjson.dumps(document, option=orjson.OPT_INDENT_2 | orjson.OPT_APPEND_NEWLINE)


def _print_json(document: Any) -> None:
    click.echo(_json(document), nl=False)


def _print_lines(lines: Iterable[str]) -> None:
    for line in lines:
        click.echo(line)
