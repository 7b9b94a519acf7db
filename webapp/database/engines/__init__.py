"""Our own SQLite and PostgreSQL engines of Tortoise: one lock or connection a transaction, given back whatever happens."""
