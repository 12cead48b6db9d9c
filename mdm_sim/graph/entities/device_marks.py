"""What an admin says of a device by reference: its category, and its scope tags.

Both are references to objects that there are: nothing else can be said through them.
"""

from __future__ import annotations

from collections.abc import Sequence

from flask import Response
from sqlalchemy import ColumnElement, Connection, func, select

from mdm_sim import access, records
from mdm_sim.graph.asking import Ask, done, shown
from mdm_sim.graph.documents import rows
from mdm_sim.graph.edm.checking import key_given
from mdm_sim.messages import Detail, Malformed, NotFound
from mdm_sim.store import audit
from mdm_sim.store.tables import devices, documents, references
from mdm_sim.store.work import Work

CATEGORIES = "deviceManagement/deviceCategories"
TAGS = "deviceManagement/roleScopeTags"
# The category of a device that has none, as Intune shows it.
NO_CATEGORY = "00000000-0000-0000-0000-000000000000"
# The scope tag that there always is.
DEFAULT_TAG = "0"
_READ = access.reading(access.DEVICES)
_WRITE = access.writing(access.DEVICES)


def of_device(path: str) -> tuple[ColumnElement[bool], ...]:
    """SQL: the references of a device at a path."""
    return (
        references.c.tenant_id == devices.c.tenant_id,
        references.c.collection == path,
        references.c.source_id == devices.c.id,
    )


def category(name: str) -> ColumnElement[str]:
    """SQL: a property of a device's category; NULL where it has none."""
    named = func.json_extract(documents.c.document, f"$.{name}")
    wanted = select(documents.c.id if name == "id" else named).select_from(documents)
    its_own = select(references.c.target_id).where(*of_device(records.CATEGORY)).correlate(devices)
    return (
        wanted.where(
            documents.c.tenant_id == devices.c.tenant_id,
            documents.c.collection == CATEGORIES,
            documents.c.id.in_(its_own),
        )
        .correlate(devices)
        .scalar_subquery()
    )


def category_name() -> ColumnElement[str]:
    """SQL: what a device's category is called; NULL where it has none."""
    return category("displayName")


def scope_tags() -> ColumnElement[str]:
    """SQL: the ids of a device's scope tags as JSON; the default one where it has no other."""
    ids = select(func.json_group_array(references.c.target_id)).select_from(references)
    its_own = ids.where(*of_device(records.SCOPE_TAGS)).correlate(devices).scalar_subquery()
    return func.coalesce(func.nullif(its_own, "[]"), f'["{DEFAULT_TAG}"]')


def set_scope_tags(work: Work, device_id: str, tags: Sequence[str]) -> None:
    """Put scope tags in the place of a device's. Raises Malformed for one that there is not."""
    for tag in tags:
        if tag != DEFAULT_TAG and not _exists(work.connection, work.tenant_id, TAGS, tag):
            message = "A role scope tag of the request does not exist."
            raise Malformed(message, [Detail("/roleScopeTagIds", "ids of roleScopeTags")])
    rows.release(work, records.SCOPE_TAGS, device_id)
    for tag in tags:
        rows.refer(work, records.SCOPE_TAGS, device_id, tag)


def set_category(work: Work, device_id: str, url: object) -> None:
    """Put a device into the category that a URL names. Raises Malformed, NotFound."""
    category_id = key_given(url)
    if not _exists(work.connection, work.tenant_id, CATEGORIES, category_id):
        raise NotFound(rows.MISSING)
    rows.release(work, records.CATEGORY, device_id)
    rows.refer(work, records.CATEGORY, device_id, category_id)
    _record(work, "Add", device_id, "set")


def clear_category(work: Work, device_id: str) -> None:
    """Take a device out of its category. Raises NotFound where it is in none."""
    if not rows.release(work, records.CATEGORY, device_id):
        raise NotFound(rows.MISSING)
    _record(work, "Remove", device_id, "cleared")


def category_link(ask: Ask, device_id: str) -> Response:
    """The reference to a device's category. Raises NotFound where it is in none."""
    with ask.read() as connection:
        found = list(rows.targets(connection, ask.who.tenant_id, records.CATEGORY, device_id))
    if not found:
        raise NotFound(rows.MISSING)
    link = {"@odata.id": f"{ask.root}/{CATEGORIES}('{found[0]}')"}
    return shown({"@odata.context": ask.context("$ref"), **link})


def change_category(ask: Ask, device_id: str, *, clears: bool = False) -> Response:
    """PUT or DELETE of the reference to a device's category."""
    with ask.work() as work:
        if clears:
            clear_category(work, device_id)
        else:
            set_category(work, device_id, ask.body().get("@odata.id"))
    return done()


def _exists(connection: Connection, tenant_id: str, path: str, object_id: str) -> bool:
    return rows.find(connection, tenant_id, path, "", object_id) is not None


def _record(work: Work, verb: str, device_id: str, word: str) -> None:
    entry = (f"{verb} DeviceCategory", "Device", "ManagedDevice", device_id)
    work.record(audit.Entry(audit.Task.ASSIGN, *entry, {"deviceCategory": word}))
