"""The door: what fits, what does not, and that the fast way and the strict way agree."""
