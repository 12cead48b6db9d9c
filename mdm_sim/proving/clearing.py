"""A phase in which everything goes that the sweeps made."""

from __future__ import annotations

from mdm_sim.proving.account import holders_of
from mdm_sim.proving.routes import unversioned
from mdm_sim.proving.stage import DEVICES, Made, Stage

# The sweeps make the database large, and a large one is not written anew at once.
PATIENCE_SECONDS = 20.0


def swept_away(stage: Stage) -> None:
    """What the sweeps made is deleted again, and all of it is gone."""
    stage.patience = PATIENCE_SECONDS
    gone: set[str] = set()
    for made in sorted(stage.swept, key=lambda made: (not made.is_document, made.path.count("/"))):
        above = unversioned(made.path).split("/")
        is_gone = any("/".join(above[:count]) in gone for count in range(2, len(above)))
        if is_gone or _undo(stage, made):
            stage.ledger.drop(holders_of(made))
            gone |= {unversioned(made.path)} if made.is_document else set()
    device, app = stage.need("sweep"), stage.need("sweep app")
    stage.callers.ask("DELETE", f"{DEVICES}/{device.id}")
    stage.end(device)
    stage.callers.tell("DELETE", "/mam/v1/registrations/self", None, app.token, app.id)
    stage.end(app)


def _undo(stage: Stage, made: Made) -> bool:
    """Delete an object, or put what tells nothing in its place; returns whether there is a way."""
    routes = stage.routes
    for method, body in (("DELETE", None), ("PATCH", made.blank)):
        if routes.find(method, made.path)[0] in routes.routes:
            stage.callers.ask(method, made.path, body)
            break
    else:
        return False
    if made.holder[0] in {"user", "group"}:
        stage.callers.ask("DELETE", f"/v1.0/directory/deletedItems/{made.holder[1]}")
    return True
