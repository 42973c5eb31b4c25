"""The phone company: what we ask of it, and how it answers."""
