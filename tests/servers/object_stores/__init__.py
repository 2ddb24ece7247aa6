"""Lakes on object stores, of which each process of the tests has one of its own."""
