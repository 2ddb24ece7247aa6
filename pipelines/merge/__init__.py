"""The newsfeed merge: compiled, over Arrow columns, one bucket of readers at a time; needs no engine."""
