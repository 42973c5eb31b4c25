"""Bringing the database to the shape that this release needs."""

from __future__ import annotations

from pathlib import Path

from sqlalchemy import inspect, text

from service.storage.database import Database

HERE = Path(__file__).parent / "migrations"


def upgrade(database: Database, to: str = "head") -> None:
    """Run the migrations that are still to do (up to the revision `to`), in one transaction each. Safe to call at
    every start."""
    with database.engine.connect() as connection:
        if is_current(database):
            return
        # Loaded only when there is something to do: Alembic weighs more than the rest of a worker's start.
        from alembic import command
        from alembic.config import Config

        config = Config()
        config.set_main_option("script_location", str(HERE).replace("%", "%%"))
        config.attributes["connection"] = connection
        command.upgrade(config, to)
        connection.commit()


def is_current(database: Database) -> bool:
    """Has every migration been run? Raises StorageDown."""
    return revision(database) == newest()


def is_made(database: Database) -> bool:
    """Was any migration ever run? Raises StorageDown."""
    return revision(database) != ""


def revision(database: Database) -> str:
    """The last migration that was run, such as `0002`; empty for a new database. Raises StorageDown."""
    with database.read() as connection:
        if not inspect(connection).has_table("alembic_version"):
            return ""
        return connection.execute(text("SELECT version_num FROM alembic_version")).scalar_one_or_none() or ""


def newest() -> str:
    """The newest migration: files are named for their revision, which counts up."""
    return max(path.name for path in (HERE / "versions").glob("[0-9]*.py")).partition("_")[0]
