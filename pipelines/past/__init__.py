"""The past: what views said at a time, of some owners, made of just those events of the log that bear on them."""
