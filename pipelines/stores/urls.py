"""URLs of servers as they may be printed: without passwords."""

SECRETS = ("password", "sslpassword", "ssl_password")
"""What settings of a URL are called that are not printed."""


def without_password(url: str) -> str:
    """A URL without its password, wherever it stands, of any form."""
    scheme, _, rest = url.partition("://")
    place, _, query = rest.partition("?")
    who, at, where = place.rpartition("@")
    user, colon, _ = who.partition(":")
    shown = f"{scheme}://{user}{':***' if colon else ''}{at}{where}"
    told = [one for one in query.split("&") if one and one.partition("=")[0].lower() not in SECRETS]
    return shown + (f"?{'&'.join(told)}" if told else "")
