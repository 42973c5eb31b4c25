"""`clearline release`, which a host runs before each deploy."""

from service.cli.serve import release as command

__all__ = ["command"]
