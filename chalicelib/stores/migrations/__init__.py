"""The migrations of the stored data, each in a module of its own (CONTRIBUTING.md, "Changing what is stored")."""

from chalicelib.setup.migrating import Migrations, schema_of

MIGRATIONS: Migrations = ()

SCHEMA = schema_of(MIGRATIONS)
"""The schema that this version of the program stores."""
