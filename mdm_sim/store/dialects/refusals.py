"""What the database says when it refuses: the only texts of its errors that are told on."""

FACT = "policy: a fact is not permitted in this context"
ADDED_ONLY = "audit: entries are only ever added"
REFUSALS = {FACT, ADDED_ONLY}
