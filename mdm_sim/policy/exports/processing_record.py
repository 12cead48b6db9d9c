"""A record of processing activities, as a controller keeps it: GDPR article 30(1), (a) to (g).

It is of a simulated tenant: names are placeholders, and a real organisation has to write its own.
"""

from __future__ import annotations

from typing import Any

from mdm_sim.policy import catalogue
from mdm_sim.policy.explain import category_label
from mdm_sim.policy.exports.measures import MEASURES
from mdm_sim.policy.retention import CLEANUP_DAYS, RETENTION
from mdm_sim.policy.rows import Row
from mdm_sim.policy.tags import TAGS
from mdm_sim.policy.whereabouts import VIEWS, holdings
from mdm_sim.policy.words import Phrase, say

# fmt: off
_NOTICE = Phrase(
    "An example: the record of a simulated tenant of a mock Microsoft Intune. No real organisation and no real person is meant, and it is no legal advice.",
    "Een voorbeeld: het register van een nagebootste tenant van een nagemaakte Microsoft Intune. Er is geen echte organisatie of persoon bedoeld, en het is geen juridisch advies.",
)
_CONTROLLER = {
    "name": Phrase("[the simulated tenant's organisation]", "[de organisatie van de nagebootste tenant]"),
    "contact": Phrase("[contact details of the organisation]", "[contactgegevens van de organisatie]"),
    "representative": Phrase("[its representative, if it has one]", "[haar vertegenwoordiger, als die er is]"),
    "dataProtectionOfficer": Phrase("[its data protection officer, if it has one]", "[haar functionaris voor gegevensbescherming, als die er is]"),
}
# Purposes by fideslang's data use.
PURPOSES = {
    "essential.service.operations": Phrase("to manage devices and apps that reach the organisation's data", "apparaten en apps beheren die bij gegevens van de organisatie kunnen"),
    "essential.service.operations.support": Phrase("to help users and find faults", "gebruikers helpen en fouten vinden"),
    "essential.service.security": Phrase("to secure devices, apps and the service, and account for what was done", "apparaten, apps en de service beveiligen, en verantwoorden wat er is gedaan"),
    "essential.service.authentication": Phrase("to let users and admins sign in", "gebruikers en beheerders laten aanmelden"),
    "functional.service.improve": Phrase("to improve the service, with consent", "de service verbeteren, met toestemming"),
}
_SUBJECTS = {
    "users": Phrase("employees and others who use a managed device or app", "medewerkers en anderen die een beheerd apparaat of een beheerde app gebruiken"),
    "admins": Phrase("administrators", "beheerders"),
}
_ADMINS = {"admin_account", "admin_created", "admin_usage", "audit"}
_RECIPIENTS = (
    Phrase("administrators of the tenant, by permission", "beheerders van de tenant, naar machtiging"),
    Phrase("programs that an administrator registered with the tenant, by permission", "programma's die een beheerder bij de tenant heeft geregistreerd, naar machtiging"),
)
_TRANSFERS = Phrase("none: the service runs where it is started and sends nothing elsewhere", "geen: de service draait waar die is gestart en stuurt niets naar elders")
_CLEANUP = Phrase("a device that stays silent, where a cleanup rule is set: days, from and to", "een apparaat dat stil blijft, waar een opschoonregel is ingesteld: dagen, van en tot")
# fmt: on


def processing_record(language: str = "en") -> dict[str, Any]:
    """The record; categories of data are those that the service holds, by category of the page."""
    held = [row for row in catalogue.ROWS if holdings(row)]
    uses = {TAGS[row.id].use for row in held}
    return {
        "notice": say(_NOTICE, language),
        "basis": "Regulation (EU) 2016/679, article 30(1)",
        "policyVersion": catalogue.VERSION,
        "controller": {name: say(phrase, language) for name, phrase in _CONTROLLER.items()},
        "purposes": [
            {"purpose": say(purpose, language), "dataUse": use}
            for use, purpose in PURPOSES.items()
            if use in uses
        ],
        "dataSubjects": [say(phrase, language) for phrase in _SUBJECTS.values()],
        "personalData": _categories(held, language),
        "recipients": {
            "who": [say(phrase, language) for phrase in _RECIPIENTS],
            "permissions": sorted({view.permission for view in VIEWS.values()}),
        },
        "transfers": say(_TRANSFERS, language),
        "retention": _retention(language),
        "securityMeasures": [say(measure, language) for measure in MEASURES],
    }


def _categories(held: list[Row], language: str) -> list[dict[str, Any]]:
    names = dict.fromkeys(row.category for row in held)
    return [
        {
            "category": category_label(name, language),
            "dataSubjects": say(_SUBJECTS["admins" if name in _ADMINS else "users"], language),
            "data": [catalogue.label(row, language) for row in held if row.category == name],
            "dataCategories": sorted(
                {TAGS[row.id].category for row in held if row.category == name}
            ),
        }
        for name in names
    ]


def _retention(language: str) -> list[dict[str, Any]]:
    periods: list[dict[str, Any]] = [
        {
            "id": period.id,
            "of": period.nl if language == "nl" else period.en,
            "seconds": period.seconds,
            "source": period.source,
        }
        for period in RETENTION
    ]
    return [*periods, {"id": "cleanup", "of": say(_CLEANUP, language), "days": list(CLEANUP_DAYS)}]
