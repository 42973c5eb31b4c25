"""How a talk unfolds: what a person said, where they are, what we answer. Knows nothing of phones or databases."""
