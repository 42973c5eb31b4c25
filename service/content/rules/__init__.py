"""The rules our words are held to, each a function that yields what it finds."""
