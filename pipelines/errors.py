"""What a user can do something about: such an error has a message that says what, where, expected and found."""


class NewsfeedError(Exception):
    """The base of all errors that a command tells on one line, without a traceback."""

    exit_code = 1


class UsageError(NewsfeedError):
    """The command was called wrongly."""

    exit_code = 2
