"""What the service does to protect what it holds, in both languages (GDPR article 32)."""

from __future__ import annotations

from mdm_sim.policy.words import Phrase

# fmt: off
MEASURES: tuple[Phrase, ...] = (
    Phrase("What no rule permits is refused before anything is written (article 25).",
           "Wat geen regel toestaat wordt geweigerd voordat er iets wordt geschreven (artikel 25)."),
    Phrase("The database refuses the same by itself, by triggers made from the same catalogue.",
           "De database weigert hetzelfde uit zichzelf, met triggers uit dezelfde catalogus."),
    Phrase("Logs, answers and audit entries hold names, ids and counts, and no values.",
           "Logboeken, antwoorden en auditvermeldingen bevatten namen, id's en aantallen, geen waarden."),
    Phrase("What is removed is overwritten in the database's files.",
           "Wat wordt verwijderd, wordt in de databasebestanden overschreven."),
    Phrase("Passwords, secrets and tokens are kept as hashes; optional diagnostics under a keyed pseudonym.",
           "Wachtwoorden, geheimen en tokens worden als hash bewaard; optionele diagnostiek onder een pseudoniem met sleutel."),
    Phrase("The audit log is a chain of hashes that shows any change.",
           "Het auditlogboek is een keten van hashes die elke wijziging toont."),
    Phrase("Doors ask for a permission of their own and, of a person, an administrator's role; HTTPS is offered.",
           "Elke toegang vraagt een eigen machtiging en, van een persoon, een beheerdersrol; HTTPS is beschikbaar."),
)
# fmt: on
