"""Files: what is sent as the content of an app is kept nowhere, and a report is told once."""

from __future__ import annotations

import base64
import io
import time
import zipfile
from urllib.parse import urlsplit

from mdm_sim.proving.carrying import PATH_ROW, QUERY_ROW, Load, Pool
from mdm_sim.proving.service import ServiceFailed
from mdm_sim.proving.stage import Made, Stage

FILE_ROW = "(contents of files)"
_APPS = "/beta/deviceAppManagement/mobileApps"
_JOBS = "/beta/deviceManagement/reports/exportJobs"
_SECONDS = 10.0


def files(stage: Stage) -> None:
    """An app's file is uploaded in blocks; the devices are exported, and the file is fetched."""
    _upload(stage, Load(Pool(stage.ledger)))
    _export(stage, Load(Pool(stage.ledger)))


def _upload(stage: Stage, load: Load) -> None:
    """Blocks and lists of them, with the right signature and a wrong one, by other methods, too."""
    callers = stage.callers
    body = {"@odata.type": "#microsoft.graph.win32LobApp", "displayName": "Proving"}
    app = callers.ask("POST", _APPS, body)["id"]
    stage.swept.append(Made(f"{_APPS}/{app}", ("document", app), is_document=True))
    versions = f"{_APPS}/{app}/microsoft.graph.win32LobApp/contentVersions"
    found = f"{versions}/{callers.ask('POST', versions, {})['id']}/files"
    sizes = {"size": 100, "sizeEncrypted": 100}
    file = callers.ask("POST", found, {"name": "proving.intunewin", **sizes})
    url = urlsplit(callers.ask("GET", f"{found}/{file['id']}")["azureStorageUri"])
    path, signed = url.path, url.query
    block = load(QUERY_ROW, "blockid")
    listed = f"<BlockList><Latest>{block}</Latest></BlockList>"
    for query, content in (
        (f"{signed}&comp=block&blockid={block}", load(FILE_ROW, "a block")),
        (f"{signed}&comp=blocklist", listed),
        (f"{signed}&comp=blocklist", load(FILE_ROW, "no list of blocks")),
        (f"{signed}&comp={load(QUERY_ROW, 'comp')}", load(FILE_ROW, "refused")),
        (f"sig={load(QUERY_ROW, 'sig')}", load(FILE_ROW, "refused")),
        (signed, load(FILE_ROW, "a whole file")),
    ):
        _put(stage, "PUT", f"{path}?{query}", content, load)
    others = path.rpartition("/")[0]
    for method in ("PUT", "GET", "POST", "PATCH", "DELETE"):
        name = load(PATH_ROW, "name of a blob")
        _put(stage, method, f"{others}/{name}?{signed}", load(FILE_ROW, "refused"), load)
    keys = ("encryptionKey", "macKey", "mac", "initializationVector", "fileDigest")
    secret = {n: base64.b64encode(load(FILE_ROW, n).encode()).decode() for n in keys}
    info = {**secret, "profileIdentifier": load(FILE_ROW, "profileIdentifier")}
    callers.ask("POST", f"{found}/{file['id']}/commit", {"fileEncryptionInfo": info})


def _put(stage: Stage, method: str, path: str, content: str, load: Load) -> None:
    headers = {"x-ms-blob-type": "BlockBlob", "x-ms-meta-name": content}
    answer = stage.callers.send(
        method, path, content.encode(), content_type="application/octet-stream", headers=headers
    )
    stage.routes.passed[answer.route] += len(load.numbers)


def _export(stage: Stage, load: Load) -> None:
    """A report's file holds what devices hold, for whoever has its URL."""
    callers = stage.callers
    job = callers.ask("POST", _JOBS, {"reportName": "DevicesWithInventory", "format": "csv"})
    deadline = time.monotonic() + _SECONDS
    while callers.ask("GET", f"{_JOBS}/{job['id']}")["status"] != "completed":
        if time.monotonic() > deadline:
            message = "a report is not made"
            raise ServiceFailed(message)
        time.sleep(0.2)
    url = urlsplit(callers.ask("GET", f"{_JOBS}/{job['id']}")["url"])
    for query in (f"{url.query}&{load(QUERY_ROW, 'name')}=1", f"sig={load(QUERY_ROW, 'sig')}"):
        answer = callers.send("GET", f"{url.path}?{query}")
        stage.routes.passed[answer.route] += len(load.numbers)
        if answer.status == 200:
            with zipfile.ZipFile(io.BytesIO(answer.body)) as archive:
                answer.body = b"".join(map(archive.read, archive.namelist()))
    callers.ask("DELETE", f"{_JOBS}/{job['id']}")
