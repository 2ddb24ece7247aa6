"""Words: what is said of reasons and causes, to the reader; `{who}` is whom they name."""

REASONS = {
    "own": "you wrote it",
    "followed": "you follow {who}, who wrote it",
    "reposted": "you follow {who}, who reposted it",
}
MISSING = {
    "own": "you wrote it",
    "followed": "{who} wrote it",
    "reposted": "{who} reposted it",
}
CAUSES = {
    "never posted": "no such post was seen",
    "deleted": "deleted by its author",
    "deactivated": "{who} is deactivated",
    "you blocked": "you blocked {who}",
    "blocked you": "{who} blocked you",
    "you muted": "you muted {who}",
    "own posts are not shown": "own posts are not shown",
    "never followed": "you do not follow {who}",
    "unfollowed": "you unfollowed {who}",
    "undone": "{who} took the repost back",
    "replies are not shown": "it is a reply, and replies are not shown",
    "answers a post never seen": "it is a reply to a post that was never seen",
    "answers one whom you do not follow": "it is a reply to {who}, whom you do not follow",
}
