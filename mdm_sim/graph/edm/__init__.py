"""Graph's type model: which types, properties, navigation and operations each version has."""
