"""Content of line-of-business apps: versions, files, and an upload of which only the size is kept.

The packages themselves are of no use to a service without devices' installers: their bytes are
counted at the blob door and not stored. An app is published with a version whose files are.
"""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from typing import Any

import orjson
from flask import Response, request

from mdm_sim.clock import iso
from mdm_sim.graph.asking import Ask, done
from mdm_sim.graph.documents import rows
from mdm_sim.graph.documents.behaviours import Behaviour, Document, Spot
from mdm_sim.graph.documents.operations import Served
from mdm_sim.graph.documents.writing import whole_id
from mdm_sim.graph.entities import acting
from mdm_sim.graph.resolving import Target
from mdm_sim.messages import Detail, Malformed
from mdm_sim.store import audit
from mdm_sim.store.work import Work

APPS = "deviceAppManagement/mobileApps"
VERSIONS = f"{APPS}/contentVersions"
FILES = f"{VERSIONS}/files"
UPLOADS = "blobs/apps"
LIFE_SECONDS = 24 * 3600
_MOST_BYTES = 30 * 1024**3
_SENT, _COMMITTED = "azureStorageUriRequestSuccess", "commitFileSuccess"
# Types whose apps have content of their own; all others are published as they are.
_WITH_CONTENT = ("LobApp", "AppX", "AppXBundle", "XAP", "MSI", "DmgApp", "PkgApp")


def _next_version(work: Work, parent_id: str, _version: Document) -> str:
    found = rows.children(work.connection, work.tenant_id, VERSIONS, parent_id)
    return str(max((int(row.id) for row in found), default=0) + 1)


def _check_file(file: Document) -> None:
    for name in ("size", "sizeEncrypted"):
        if not 0 <= (file.get(name) or 0) <= _MOST_BYTES:
            message = "The file is too large."
            raise Malformed(message, [Detail(f"/{name}", f"at most {_MOST_BYTES} bytes")])


def _file(work: Work, spot: Spot, _file: Document) -> Mapping[str, Any]:
    """A file that nothing was sent for has a place to send it to at once."""
    if spot.before is None:
        empty = {"isCommitted": False, "blocks": {}, "received": 0}
        return {**empty, "salt": secrets.token_urlsafe(16), **_ticket(work, spot.id)}
    return {}


def _ticket(work: Work, file_id: str) -> dict[str, Any]:
    """Where the file is sent: whoever has the URL may send it, for a day."""
    signature = secrets.token_urlsafe(32)
    end = iso(work.now + LIFE_SECONDS)
    path = f"{UPLOADS}/{work.tenant_id}/{file_id}/{file_id}.intunewin.bin"
    query = f"sv=2023-11-03&sr=b&sp=w&se={end.replace(':', '%3A')}&sig={signature}"
    return {
        "signature": signature,
        "azureStorageUri": f"{request.host_url}{path}?{query}",
        "azureStorageUriExpirationDateTime": end,
        "uploadState": _SENT,
    }


def _renew(ask: Ask, target: Target, _given: Mapping[str, Any]) -> Response:
    with ask.work() as work:
        row = acting.bound(work, target)
        acting.put(work, row, _ticket(work, row.id))
        acting.note(work, target, "renewUpload", ["azureStorageUri"])
    return done()


def _commit(ask: Ask, target: Target, _given: Mapping[str, Any]) -> Response:
    """Keep what was sent as the file, if it is as long as was said; its keys are not kept."""
    with ask.work() as work:
        row = acting.bound(work, target)
        file = acting.values_of(row)
        is_whole = file["received"] == (file.get("sizeEncrypted") or 0)
        state = _COMMITTED if is_whole else "commitFileFailed"
        changes = {"uploadState": state, "isCommitted": is_whole}
        if is_whole:
            changes |= {"signature": "", "blocks": {}}
        acting.put(work, row, changes)
        acting.note(work, target, "commit", ["uploadState"], audit.Task.UPDATE)
    return done()


def publishing(work: Work, spot: Spot, app: Document) -> Mapping[str, Any]:
    """Whether an app can be assigned, and how large it is, by its committed content."""
    if not str(app["@odata.type"]).endswith(_WITH_CONTENT):
        return {"publishingState": "published"}
    version = app.get("committedContentVersion")
    whole = whole_id(spot.id, str(version))
    below = rows.children(work.connection, work.tenant_id, FILES, whole) if version else []
    files = [orjson.loads(row.document) for row in below]
    if spot.before is None or not files or not all(each["isCommitted"] for each in files):
        return {"publishingState": "notPublished"}
    return {"publishingState": "published", "size": sum(each["size"] for each in files)}


BEHAVIOURS = (
    Behaviour(
        VERSIONS,
        numbered=_next_version,
        order=acting.BY_NUMBER,
    ),
    Behaviour(FILES, check=_check_file, own=_file),
)
SERVED = (
    Served("mobileAppContentFile", "renewUpload", _renew),
    Served("mobileAppContentFile", "commit", _commit),
)
