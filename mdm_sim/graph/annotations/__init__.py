"""How much an answer says of its types and links: odata.metadata levels, spelling of values."""
