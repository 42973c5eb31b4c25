"""The pages of the console: each module adds its own with `add(console)`, and is found by standing here."""
