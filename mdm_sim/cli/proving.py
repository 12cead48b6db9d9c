"""The command that proves: `mdm-sim prove`."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

from mdm_sim.cli.options import SHOWN

if TYPE_CHECKING:
    from mdm_sim.proving.routes import Route


@click.command()
@click.option("--json", "as_json", is_flag=True, help="The report as JSON.")
@click.option(
    "--html",
    type=click.Path(dir_okay=False, writable=True, path_type=Path),
    metavar="FILE",
    help="Write the report to this file as a page, too.",
)
@click.option("--seed", type=int, default=1, **SHOWN, help="The same canaries for the same seed.")
def prove(as_json: bool, html: Path | None, seed: int) -> None:  # noqa: FBT001
    """Send canaries everywhere, search every byte, and report what was found; 1 if not clean."""
    click.echo("mdm-sim prove: starting the service on a database of its own …", err=True)
    import orjson

    from mdm_sim.proving import page, report
    from mdm_sim.proving.proof import prove as run
    from mdm_sim.proving.service import ServiceFailed

    try:
        proof = run(served_routes(), seed=seed)
    except ServiceFailed as failure:
        raise click.ClickException(str(failure)) from None
    told = report.as_json(proof)
    if html:
        html.write_text(page.as_html(told), encoding="utf-8")
    click.echo(orjson.dumps(told) if as_json else "\n".join(report.as_text(told)))
    sys.exit(0 if proof.is_clean else 1)


def served_routes() -> frozenset[Route]:
    """Every route of the application, from the application itself."""
    from mdm_sim.app import create_app
    from mdm_sim.graph import batch, describing
    from mdm_sim.graph.documents.serving import VERSIONS, methods
    from mdm_sim.graph.door import ROUTES
    from mdm_sim.graph.edm.model import model
    from mdm_sim.graph.resolving import resolve
    from mdm_sim.proving.paths import paths
    from mdm_sim.proving.routes import served
    from mdm_sim.settings import Settings

    app = create_app(Settings("sqlite://"))
    rules = [(rule.rule, rule.methods or ()) for rule in app.url_map.iter_rules()]
    app.extensions["mdm_sim"].store.close()

    def own(version: str, path: str) -> set[str]:
        """The methods of a path in Graph's table of routes: none where the type model answers."""
        found = ROUTES.find(version, "", path)
        return found if isinstance(found, set) else set()

    table = [(v, path, own(v, path)) for v in VERSIONS for path in ROUTES.paths()]
    for version in VERSIONS:
        table += [(version, batch.PATH, {"POST"}), (version, "", {"GET"}), (version, "me", {"GET"})]
        table += [(version, describing.METADATA, {"GET"})]
    modelled = [
        (version, path, methods(target))
        for version in VERSIONS
        for path in paths(model(version))
        if not own(version, path) and (target := resolve(model(version), path))
    ]
    return served(rules, table, modelled)
