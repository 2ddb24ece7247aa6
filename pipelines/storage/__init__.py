"""The only package that opens files: places, data files, Delta tables."""
