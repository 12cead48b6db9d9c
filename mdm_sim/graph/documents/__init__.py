"""Documents: objects of the type model that admins create, stored in one table."""
