"""A phone without a phone company: text and call the running service from a terminal or a browser."""
