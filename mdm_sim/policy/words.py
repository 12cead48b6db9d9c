"""The policy in words: a table per subject with English and Dutch side by side, and rules in prose.

Source of the Dutch: the page "Gegevensverzameling in Intune", without its slips of translation.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from mdm_sim.policy.rules import AllOf, AnyOf, Is, Reason, Rule

LANGUAGES = ("en", "nl")


class Phrase(NamedTuple):
    """The same in both languages."""

    en: str
    nl: str


def say(phrase: Phrase, language: str) -> str:
    """`phrase` in `nl` or `en`."""
    return phrase.nl if language == "nl" else phrase.en


# fmt: off
# What a context may say: the words when it holds, and when it does not.
CONDITIONS = {
    "entra_joined": (Phrase("the device is Entra joined", "het apparaat is lid van Entra"),
                     Phrase("the device is not Entra joined", "het apparaat is geen lid van Entra")),
    "mdm_enrolled": (Phrase("the device is enrolled in MDM", "het apparaat is ingeschreven bij MDM"),
                     Phrase("the device is not enrolled in MDM", "het apparaat is niet ingeschreven bij MDM")),
    "work_profile": (Phrase("the device has a work profile", "het apparaat heeft een werkprofiel"),
                     Phrase("the device has no work profile", "het apparaat heeft geen werkprofiel")),
    "mtd_connector": (Phrase("a threat defence connector is on", "een connector voor bedreigingsbescherming staat aan"),
                      Phrase("no threat defence connector is on", "geen connector voor bedreigingsbescherming staat aan")),
    "compliant_apps_feature": (Phrase("the compliant-apps feature is on", "de functie voor compatibele apps staat aan"),
                               Phrase("the compliant-apps feature is off", "de functie voor compatibele apps staat uit")),
    "strict_app_inventory": (Phrase("the note is read strictly", "de opmerking wordt streng gelezen"),
                             Phrase("the note is not read strictly", "de opmerking wordt niet streng gelezen")),
    "location_on_request_only": (Phrase("locations are kept on request only", "locaties worden alleen op verzoek bewaard"),
                                 Phrase("locations are not kept on request only", "locaties worden niet alleen op verzoek bewaard")),
    "location_requested": (Phrase("an order asked for it", "een opdracht vroeg erom"),
                           Phrase("no order asked for it", "geen opdracht vroeg erom")),
    "device_query": (Phrase("device query is on", "de apparaatquery staat aan"),
                     Phrase("device query is off", "de apparaatquery staat uit")),
    "tenant_diagnostics": (Phrase("the tenant opted in", "de tenant heeft ingestemd"),
                           Phrase("the tenant did not opt in", "de tenant heeft niet ingestemd")),
    "user_diagnostics": (Phrase("the user opted in", "de gebruiker heeft ingestemd"),
                         Phrase("the user did not opt in", "de gebruiker heeft niet ingestemd")),
    "app_managed": (Phrase("the app is managed", "de app wordt beheerd"),
                    Phrase("the app is not managed", "de app wordt niet beheerd")),
}
FIELDS = {
    "workload": Phrase("the workload", "de werklast"),
    "ownership": Phrase("the ownership", "het eigendom"),
    "platform": Phrase("the platform", "het platform"),
}
VALUES = {
    "mdm": Phrase("MDM", "MDM"),              "mam": Phrase("MAM", "MAM"),
    "corporate": Phrase("corporate", "zakelijk"), "personal": Phrase("personal", "persoonlijk"),
    "unknown": Phrase("unknown", "onbekend"), "windows": Phrase("Windows", "Windows"),
    "macos": Phrase("macOS", "macOS"),        "ios": Phrase("iOS", "iOS"),
    "ipados": Phrase("iPadOS", "iPadOS"),     "android": Phrase("Android", "Android"),
    "linux": Phrase("Linux", "Linux"),
}
ALWAYS, NEVER = Phrase("always", "altijd"), Phrase("never", "nooit")
AND, OR = Phrase("and", "en"), Phrase("or", "of")
IS, UNLESS = Phrase("is", "is"), Phrase("unless", "tenzij:")

REASONS = {
    Reason.NEVER_COLLECTED: Phrase("it is never collected", "dit wordt nooit verzameld"),
    Reason.MAM_NOT_PERMITTED: Phrase("the page does not permit it in MAM", "de pagina staat dit bij MAM niet toe"),
    Reason.OWNERSHIP_PERSONAL: Phrase("the device counts as personal", "het apparaat geldt als persoonlijk"),
    Reason.PLATFORM_MISMATCH: Phrase("the page names other platforms", "de pagina noemt andere platforms"),
    Reason.NOT_ENTRA_JOINED: Phrase("the device is not Entra joined", "het apparaat is geen lid van Entra"),
    Reason.NOT_MDM_ENROLLED: Phrase("the device is not enrolled in MDM", "het apparaat is niet ingeschreven bij MDM"),
    Reason.MTD_NOT_CONFIGURED: Phrase("no threat defence connector is on", "geen connector voor bedreigingsbescherming staat aan"),
    Reason.UNMANAGED_APP: Phrase("the app is not managed", "de app wordt niet beheerd"),
    Reason.FEATURE_OFF: Phrase("the tenant has not switched it on", "de tenant heeft dit niet aangezet"),
    Reason.NO_CONSENT: Phrase("the user did not opt in", "de gebruiker heeft niet ingestemd"),
    Reason.WRONG_CHANNEL: Phrase("it does not come from a device", "dit komt niet van een apparaat"),
}
REDUCTIONS = {
    "keep_last4": Phrase("to the last four digits", "tot de laatste vier cijfers"),
}
VERDICTS = {
    "kept": Phrase("kept", "bewaard"),        "reduced": Phrase("reduced", "ingekort"),
    "judged": Phrase("judged", "beoordeeld"), "refused": Phrase("refused", "geweigerd"),
}
JUDGED = Phrase("judged for compliance, only the verdict is stored", "beoordeeld op naleving, alleen het oordeel wordt bewaard")
ORIGINS = {
    "device": Phrase("the device or app", "het apparaat of de app"),
    "service": Phrase("the service itself", "de service zelf"),
    "account": Phrase("the directory", "de directory"),
    "admin": Phrase("an admin", "een beheerder"),
    "third_party": Phrase("a third party", "een derde"),
    "support": Phrase("a support case", "een ondersteuningsaanvraag"),
    "nobody": Phrase("nobody", "niemand"),
}
# The page's headings above what it lists outside its table.
OUTSIDE = {
    "optional": Phrase("Optional data", "Optionele gegevens"),
    "never": Phrase("Never collected", "Nooit verzameld"),
}
# The register in Dutch; the English stands beside the rows.
REGISTER_NL = {
    "id": "de eigen sleutel van de service voor het record",
    "userId": "de directorygebruiker die inschreef; accountgegevens komen uit de directory",
    "workload": "welke kolom van de pagina geldt",
    "ownership": "welke voorwaarden van de pagina gelden: zakelijk of persoonlijk",
    "platform": "welke platformvoorwaarden gelden",
    "conditions": "de andere voorwaarden van de pagina: entraJoined, mdmEnrolled enzovoort",
    "enrollmentType": "hoe het apparaat onder beheer kwam, wat het eigendom bepaalt",
    "enrolledDateTime": "wanneer, op de seconde, voor de bewaartermijn",
    "lastSyncDateTime": "alleen de laatste check-in, geen geschiedenis, voor de bewaartermijn",
    "managementState": "of er een buitengebruikstelling of wissen loopt",
    "complianceState": "het oordeel; waarop het berust wordt niet bewaard",
    "policyVersion": "de versie van deze catalogus die besliste",
    "orders": "externe taken, zonder hun parameters zodra ze zijn afgelopen",
    "receipts": "wat er van het gestuurde werd, per rij en reden, 90 dagen lang",
    "notice": "dat een gebruiker van een nieuwe eigenaar moet horen, tot dat is gebeurd",
    "deletedDateTime": "wanneer een gebruiker is verwijderd, 30 dagen lang",
    "passwords": "van de gebruikers en de client van de nagebootste tenant, als trage hash met salt",
    "tokens": "als SHA-256 van 256 willekeurige bits, tot ze verlopen of een jaar na hun einde",
    "signingKeys": "de eigen sleutels voor tokens, in de database die alleen de eigenaar leest",
    "pseudonymKey": "de sleutel van de pseudoniemen van optionele diagnose, 90 dagen lang",
}
# fmt: on


def condition(rule: Rule, language: str = "en") -> str:
    """A rule as a phrase: `the device is Entra joined`, `altijd`."""
    match rule:
        case Is(field, values, _):
            return asked(field, values, language)
        case AllOf(parts):
            return _joined(parts, AND, language) or say(ALWAYS, language)
        case AnyOf(parts, _):
            return _joined(parts, OR, language) or say(NEVER, language)


def asked(field: str, values: tuple[str | bool, ...], language: str) -> str:
    """That a context's `field` is one of `values`, in words."""
    if field in CONDITIONS:
        holds, fails = CONDITIONS[field]
        return say(holds if True in values else fails, language)
    named = listed([say(VALUES[str(value)], language) for value in values], language)
    return f"{say(FIELDS[field], language)} {say(IS, language)} {named}"


def listed(names: Sequence[str], language: str) -> str:
    """`Windows, iOS or Linux`."""
    *heads, last = names
    return f"{', '.join(heads)} {say(OR, language)} {last}" if heads else last


def _joined(parts: tuple[Rule, ...], conjunction: Phrase, language: str) -> str:
    return f" {say(conjunction, language)} ".join(_inner(part, language) for part in parts)


def _inner(rule: Rule, language: str) -> str:
    compound = isinstance(rule, (AllOf, AnyOf)) and len(rule.parts) > 1
    return f"({condition(rule, language)})" if compound else condition(rule, language)
