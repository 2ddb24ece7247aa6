"""Landing: what becomes of every line, whoever else lands, and whatever dies on the way."""
