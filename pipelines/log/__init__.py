"""The log as its commits tell: what each landing brought, and whether a release was made of it."""
