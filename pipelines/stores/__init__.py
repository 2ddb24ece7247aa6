"""Stores: views of a release where servers look them up, each in the kind of storage that suits its queries."""
