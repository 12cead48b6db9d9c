"""OData, text in and SQL expressions out: queries over dictionaries of properties."""
