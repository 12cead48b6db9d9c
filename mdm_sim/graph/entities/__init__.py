"""Graph's entities, a file per subject: what is shown, and what may be done to it."""
