"""What differs from database to database: how each is opened, its SQL, its triggers."""
