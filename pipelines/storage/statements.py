"""Which SQL statements only read."""

import re

BLANKS = re.compile(r"(?:[\s(]|--[^\n]*)*+")
MARK = re.compile(r"/\*|\*/")
READING = re.compile(r"(?:select|with|values)\b", re.IGNORECASE)


def reads(sql: str) -> bool:
    """Whether a statement begins with SELECT, WITH or VALUES, behind blanks, comments and parentheses."""
    at = _behind_blanks(sql, 0)
    while sql.startswith("/*", at):
        at = _behind_blanks(sql, _behind_comment(sql, at))
    return READING.match(sql, at) is not None


def _behind_blanks(sql: str, at: int) -> int:
    blanks = BLANKS.match(sql, at)
    return at if blanks is None else blanks.end()


def _behind_comment(sql: str, at: int) -> int:
    """Where a comment ends, in which others may stand; the end of the text when it is never closed."""
    depth = 0
    for mark in MARK.finditer(sql, at):
        depth += 1 if mark[0] == "/*" else -1
        if depth == 0:
            return mark.end()
    return len(sql)
