"""Rights of a person: what is held on them, told or erased (GDPR articles 15, 17 and 20)."""
