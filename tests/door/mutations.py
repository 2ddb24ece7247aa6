"""Lines near the contract's edge: valid events with a few fields, spellings or bytes changed at random."""

# ruff: noqa: SIM905  # short words are read more easily side by side
from pipelines.events import CONTRACT, PAYLOAD_FIELDS
from pipelines.events.contract import ENVELOPE
from tests.door.samples import event, samples
from tests.door.spelling import Raw, spelled

NAMES = [*(field.name for field in (*ENVELOPE, *PAYLOAD_FIELDS)), "colour", "", "Actor_id", "actor_id\0"]
IDS = [1, 7, 10**17, 10**18 - 1, 10**18, 2**63 - 1]
NO_IDS = [0, -1, -0.0, 2**63, 2**64, 2**64 + 1, 10**19, 1.0, True, "7", [], {}, None]
NUMBERS = ["9" * 5000, "1 2", "", *"1.0 1e3 1E0 -0 01 00 +1 0x1 1_0 1. .5 NaN -Infinity".split()]
TEXTS = [*'a é 東京 🌏 q" b\\ / aaaaaaa bbbbbbbb ccccccccc null'.split(), *"\0\x7f\u2028\ufeff\ud7ff\ue000", ""]
NO_TEXTS = ["\ud800", "\ud83d\ud83d", "x\udfff", "\udf0f\ud83c"]
BOUNDS = [63, 64, 65, 199, 200, 201]
REAL_DATES = "1970-01-01 2000-02-29 2024-02-29 2025-04-30 2025-12-31 2026-01-01".split()
DATES = [
    *REAL_DATES,
    *"1969-12-31 2023-02-29 2025-04-31 2026-01-02 2026-01-03 2100-02-29 0000-01-01 0001-01-01 9999-12-31".split(),
    *"2025-00-10 2025-13-01 2025-1-01 20250101 2025-01-32".split(),
]
CLOCKS = "00:00:00 23:59:59 23:59:60 24:00:00 12:60:00 12:34:56 1:00:00 00:00".split()
FRACTIONS = ["", "", "." + "7" * 30, *".0 .5 .123456 .1234567 .000000999 .999999 . ,5 .1a".split()]
ZONES = ["Z", "Z", "", *"+00:00 -00:00 +01:00 -01:00 +23:59 -23:59 +24:00 +05:60 +0100 +1:00 z +01".split()]
LISTED = ["en", "pt-BR", "é", "🌏", "", "a\nb", *NO_TEXTS, 1, None, ["en"]]
SNIPPETS = [
    *rb'" \ \u \ud83d \n \x { } [ ] , : null true 0 - . e'.split(),
    *[b"\0", b"\x1f", b"\xff", b"\xc3", b"\xed\xa0\x80", b"\xef\xbb\xbf", b" ", b"\r", b"\t", b"\x0b", b"\xa0"],
]


def mutated(random):
    """A line without a newline."""
    fields = dict(random.choice(samples())) if random.random() < 0.7 else event(random.choice(list(CONTRACT)))
    for _ in range(random.choice([0, 0, 0, 1, 1, 2])):
        random.choice(2 * [set_time, set_id, set_text] + [set_texts, set_version, set_any, leave_out, add, set_type])(
            fields, random
        )
    pairs = list(fields.items())
    if random.random() < 0.5:
        random.shuffle(pairs)
    if random.random() < 0.05:
        pairs.insert(random.randrange(len(pairs) + 1), random.choice(pairs or [("colour", 1)]))
    raw = spelled(pairs, random).encode("utf-8", "surrogatepass")
    for _ in range(random.choice([0] * 7 + [1, 1, 2])):
        raw = damaged(raw, random)
    return raw.replace(b"\n", b" ")


def set_time(fields, random):
    likely = random.random() < 0.6
    date = random.choice(REAL_DATES if likely else DATES)
    clock = "23:59:59" if likely else random.choice(CLOCKS)
    joint = "T" if likely else random.choice("Tt ")
    fields["event_time"] = f"{date}{joint}{clock}{random.choice(FRACTIONS)}{random.choice(ZONES)}"


def set_id(fields, random):
    names = [name for name in fields if name.endswith(("_id", "_ids")) and name != "event_id"]
    name = random.choice(names or ["actor_id"])
    likely = random.random() < 0.6
    one = random.choice(IDS) if likely else random.choice([*NO_IDS, *map(Raw, NUMBERS)])
    fields[name] = [random.choice(IDS) for _ in range(random.randrange(5))] if name.endswith("s") else one
    if name.endswith("s") and not likely:
        fields[name].append(one)


def set_text(fields, random):
    names = [
        name for name, value in fields.items() if isinstance(value, str) and name not in {"event_type", "event_time"}
    ]
    text = "".join(random.choice(TEXTS) for _ in range(random.randrange(8)))
    if random.random() < 0.2:
        text = random.choice(["a", "é", "🌏"]) * random.choice(BOUNDS)
    if random.random() < 0.1:
        text += random.choice(NO_TEXTS)
    fields[random.choice(names or ["event_id"])] = text


def set_texts(fields, random):
    """Half the time a list that fits, in either case where it may not be allowed at all."""
    items = LISTED[:4] if random.random() < 0.5 else LISTED
    fields["languages"] = [random.choice(items) for _ in range(random.randrange(5))]
    if random.random() < 0.5:
        fields.pop("language", None)
        fields["version"] = 2


def set_version(fields, random):
    fields["version"] = random.choice([1, 1, 2, 2, 3, None, *NO_IDS])


def set_any(fields, random):
    fields[random.choice(list(fields) or ["text"])] = random.choice(
        [*NO_IDS, *TEXTS, [1], ["a"], ["a", 1], {"a": 1}, [[1]]]
    )


def leave_out(fields, random):
    if fields:
        fields.pop(random.choice(list(fields)))


def add(fields, random):
    fields[random.choice(NAMES)] = random.choice([None, None, None, 1, 1, 2, "a", [1], ["a"], []])


def set_type(fields, random):
    fields["event_type"] = random.choice([*CONTRACT, "Liked", "liked ", "flew", "", "posted" * 9])


def damaged(raw, random):
    """The bytes with one of them flipped, some cut out or repeated, or a snippet put in."""
    at = random.randrange(len(raw) + 1)
    end = min(len(raw), at + random.choice([1, 1, 2, 5, 40]))
    flipped = bytes([raw[at] ^ 1 << random.randrange(8)]) if at < len(raw) else b""
    snippet = random.choice(SNIPPETS)
    return random.choice(
        [raw[:at] + flipped + raw[at + 1 :], raw[:at] + raw[end:], raw[:end] + raw[at:], raw[:at] + snippet + raw[at:]]
    )
