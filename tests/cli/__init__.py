"""The command: what it prints, what it refuses, how it ends."""
