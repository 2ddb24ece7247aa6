"""Sources: from where landings read lines. Each kind is one file; a name or a URL says of which kind a source is."""
