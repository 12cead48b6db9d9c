"""The store: tables, one transaction per request, the database's own guard, the audit chain."""
