"""How long things are kept: periods as data, so that upkeep and the exports name the same ones.

Sources are what Microsoft documents for Intune, or `own` where the service itself had to choose.
"""

from __future__ import annotations

from dataclasses import dataclass

_MINUTE, _HOUR, _DAY = 60, 3600, 86400

# A cleanup rule removes devices that were silent for a number of days within these bounds.
CLEANUP_DAYS = (30, 270)


@dataclass(frozen=True, slots=True)
class Period:
    """How many seconds something is kept, with what it is in both languages and who says so."""

    id: str
    seconds: int
    en: str
    nl: str
    source: str


# fmt: off
RETENTION: tuple[Period, ...] = (
    Period("location", 24 * _HOUR, "a device's location, after it was reported", "de locatie van een apparaat, nadat die is gemeld", "Intune, locate device"),
    Period("selective_wipe_ended", 4 * _DAY, "a selective wipe order, after its end", "een opdracht tot selectief wissen, na afloop", "Intune, selective wipe"),
    Period("selective_wipe_pending", 94 * _DAY, "a selective wipe order that no app has answered", "een opdracht tot selectief wissen die geen app heeft beantwoord", "Intune, selective wipe"),
    Period("app_idle", 90 * _DAY, "an app registration, after its last check-in", "een app-registratie, na de laatste check-in", "Intune, app protection"),
    Period("deleted_user", 30 * _DAY, "what is held of a user, after the user was deleted", "wat van een gebruiker is bewaard, na verwijdering van de gebruiker", "Entra ID, deleted users"),
    Period("deleted_group", 30 * _DAY, "a group, after it was deleted", "een groep, na verwijdering", "Entra ID, deleted groups"),
    Period("audit", 730 * _DAY, "an audit entry (two years)", "een auditvermelding (twee jaar)", "Intune, audit events"),
    Period("tenant_end", 180 * _DAY, "a tenant's data, after the tenant's end", "de gegevens van een tenant, na het einde van de tenant", "Microsoft, end of subscription"),
    Period("query_result", 10 * _MINUTE, "the result of a device query", "het resultaat van een apparaatquery", "own"),
    Period("query_pending", 24 * _HOUR, "a device query that no device has answered", "een apparaatquery die geen apparaat heeft beantwoord", "own"),
    Period("bulk_key", 24 * _HOUR, "the digest of a key of a line that was sent in bulk", "de samenvatting van een sleutel van een regel die in bulk is verzonden", "own"),
    Period("receipts", 90 * _DAY, "a receipt", "een ontvangstbewijs", "own"),
    Period("ended_credential", 365 * _DAY, "the hash of a credential, after its end", "de hash van een inloggegeven, na afloop", "own"),
    Period("pseudonym_key", 90 * _DAY, "a key of pseudonyms, before a new one takes its place", "een sleutel van pseudoniemen, voordat een nieuwe die vervangt", "own"),
    Period("signing_key", 42 * _DAY, "a key that signs tokens, before a new one takes its turn", "een sleutel die tokens ondertekent, voordat een nieuwe aan de beurt is", "own"),
)
# fmt: on

BY_ID: dict[str, Period] = {period.id: period for period in RETENTION}


def seconds(period_id: str) -> int:
    """How long the period called `period_id` lasts. Raises KeyError for an unknown id."""
    return BY_ID[period_id].seconds
