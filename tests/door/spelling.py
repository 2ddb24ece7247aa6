"""Lines that say the same in many spellings."""

import json

SHORT = {'"': '\\"', "\\": "\\\\", "/": "\\/", "\b": "\\b", "\f": "\\f", "\n": "\\n", "\r": "\\r", "\t": "\\t"}
SPACES = ["", "", "", "", " ", " ", "  ", "\t", "\r", " \t\r "]


class Raw(str):
    """JSON to be written as it stands."""

    __slots__ = ()


def spelled(pairs, random):
    """A line of the names and values, spaced and escaped at random."""
    plain, names = random.random() < 0.5, random.choice([0] * 30 + [0.1])

    def space():
        return "" if plain else random.choice(SPACES)

    members = [f"{space()}{text(n, names, random)}{space()}:{space()}{value(n, v, random)}{space()}" for n, v in pairs]
    return f"{space()}{{{','.join(members)}}}{space()}"


def value(name, given, random):
    if isinstance(given, Raw):
        return given
    if isinstance(given, str):
        seldom = name in {"event_type", "event_time"}
        return text(given, random.choice([0] * (60 if seldom else 3) + [0.3, 1]), random)
    if isinstance(given, list):
        joint = random.choice([",", ", ", " , "])
        return f"[{joint.join(value(name, one, random) for one in given)}]"
    return json.dumps(given)


def text(given, escaped, random):
    return f'"{"".join(_character(one, random.random() < escaped, random) for one in given)}"'


def _character(one, escaped, random):
    if one in SHORT and one != "/" and random.random() < 0.5:
        return SHORT[one]
    if escaped or one < " " or one in '"\\':
        units = one.encode("utf-16-be", "surrogatepass").hex()
        units = random.choice([units, units.upper()])
        return "".join(f"\\u{units[at : at + 4]}" for at in range(0, len(units), 4))
    return SHORT[one] if one == "/" and random.random() < 0.5 else one
