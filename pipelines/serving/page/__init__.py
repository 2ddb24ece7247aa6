"""The page: what the server answers, for people; all of it is below `/page/`, and made by the server."""
