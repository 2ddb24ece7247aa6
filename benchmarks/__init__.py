"""How fast the pipeline is, measured beside other ways of doing the same work."""
