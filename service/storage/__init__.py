"""What we remember: the database, its tables, and the keys that hide what is in them."""
