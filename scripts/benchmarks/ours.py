"""Our own application as the bench runs it: a known token, and a chosen durability for what a talk remembers."""

from __future__ import annotations

import os
from dataclasses import replace
from pathlib import Path

from flask import Flask

from service.app import put_together, serve_parts
from service.settings import from_environment
from service.storage.database import Database
from service.storage.migrate import upgrade


def app() -> Flask:
    """The application. At FULL every commit is forced to disk, also where a talk's memory would not need it."""
    settings = from_environment(os.environ, Path())
    parts = put_together(replace(settings, auth_tokens=(os.environ["BENCH_TOKEN"],)))
    database = Database(f"sqlite:///{os.environ['BENCH_DATABASE']}", quick=os.environ["BENCH_SYNCHRONOUS"])
    upgrade(database)
    return serve_parts(replace(parts, database=database))
