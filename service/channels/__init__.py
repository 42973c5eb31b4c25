"""How a reply is put: as words in segments, or as recordings and keys."""
