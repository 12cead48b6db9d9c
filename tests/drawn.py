"""Bodies of the plain doors, drawn at random: right ones, wrong ones, and what lies between."""

from __future__ import annotations

from hypothesis import strategies as st

from mdm_sim.ownership import TYPES
from mdm_sim.policy.facts import JUDGED, KINDS, MEMBERS
from mdm_sim.protocols import schemas

NAMES = [*KINDS, *JUDGED, "photos", "callHistory", "whatever"]
TEXTS = st.sampled_from([
    "", "a", "x" * 256, "x" * 257, "tab\t", "\x7f", "\x9f", "caf\u00e9", "\u00a0", "\u2028",
    "490154203237518", "490154203237519", "8931440400000000008", "0a:1b:2c:3d:4e:5f",
    "0A1B2C3D4E5F0", "192.0.2.7", "192.0.2.07", "256.1.1.1", "1.2.3", "\u0661.1.1.1",
    "+31612345678", "31612345678", "11111111-2222-4333-8444-55555555AAAA",
    "{11111111-2222-4333-8444-555555555555}", "urn:uuid:11111111-2222-4333-8444-555555555555",
    "2026-01-01T00:00:00Z", "2026-01-01", "iPad", "secured", "done", "notSupported", "ios",
    "windows", *TYPES, schemas.BY_TOKEN,
])  # fmt: skip
SCALARS = st.one_of(
    TEXTS, st.none(), st.booleans(), st.integers(-2, 2), st.just(2**63 - 1), st.just(2**64 - 1),
    st.sampled_from([0.0, 1.0, 1.5, -1.0, 90.0, 91.0, 1e300]),
)  # fmt: skip
DEEP = st.sampled_from([[[[]]], {"a": {"b": 1}}, [{}], [1, "a", None], {"a": 1}, {}, []])
MEMBER_NAMES = sorted({name for members in MEMBERS.values() for name in members} | {"other"})
OBJECTS = st.dictionaries(st.sampled_from(MEMBER_NAMES), SCALARS | DEEP, max_size=5)
LISTS = st.lists(TEXTS, max_size=3) | st.lists(OBJECTS | SCALARS, max_size=4)
APPS = st.fixed_dictionaries({"id": TEXTS, "name": TEXTS, "sizeInBytes": SCALARS})
FACTS = st.dictionaries(
    st.sampled_from(NAMES),
    SCALARS | OBJECTS | LISTS | DEEP | st.lists(APPS, max_size=4),
    max_size=6,
)
RESULTS = st.fixed_dictionaries(
    {}, optional={"id": TEXTS | SCALARS, "status": TEXTS, "detail": SCALARS | DEEP}
)
BODIES = st.fixed_dictionaries(
    {},
    optional={
        "facts": FACTS | SCALARS,
        "diagnosticsConsent": SCALARS,
        "platform": TEXTS | SCALARS,
        "enrollmentType": TEXTS | SCALARS,
        "enrollmentToken": TEXTS | SCALARS,
        "deviceToken": TEXTS | SCALARS,
        "results": st.lists(RESULTS, max_size=3) | SCALARS,
        "unknown": SCALARS | DEEP,
    },
)
