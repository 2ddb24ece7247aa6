"""Reading: what a lake holds and what a release serves; loads no engine."""
