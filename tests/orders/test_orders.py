"""Two runs, a landing and a maintenance that take turns at named points, in any order: one wins, and all is right.

By default some orders are run, drawn by `SEED`; `ORDERS=500 pytest tests/orders` runs all of two commands, and so many
of all four.
"""

from itertools import permutations

from tests.orders.commands import play
from tests.orders.history import require_sound

OPENED, READ, BEFORE_TABLES = ("look", 1, "after"), ("roll back", 1, "after"), ("publish", 1, "before")
BEFORE_RECORD, RECORDED = ("record", 1, "before"), ("record", 1, "after")
MERGED, REMOVING = ("merge", 1, "before"), ("remove", 1, "before")
RUN = [OPENED, READ, BEFORE_TABLES, ("commit", 25, "after"), BEFORE_RECORD, RECORDED]
LAND = [("commit", 1, "before"), ("commit", 2, "before"), ("commit", 2, "after"), ("index", 1, "after")]
TIDY = [
    ("file", 1, "after"),
    ("commit", 1, "after"),
    READ,
    BEFORE_RECORD,
    ("list", 1, "after"),
    ("remove", 1, "before"),
]
TWO = {
    "two runs": [("run", [BEFORE_TABLES, BEFORE_RECORD]), ("run", [BEFORE_TABLES, BEFORE_RECORD])],
    "a run that opened and a maintenance": [("run", [OPENED, READ]), ("maintain", [BEFORE_RECORD, REMOVING])],
    "a run that publishes and a maintenance": [
        ("run", [BEFORE_TABLES, BEFORE_RECORD]),
        ("maintain", [MERGED, BEFORE_RECORD]),
    ],
    "a run and a landing": [("run", [OPENED, BEFORE_TABLES]), ("land", LAND[1:3])],
}
EACH_OF_TWO = [(pair, order) for pair in TWO for order in sorted(set(permutations((0, 0, 0, 1, 1, 1))))]
"""Two commands, and who has a turn: each as many as it has points, and one to its end."""


def in_order(commands, order):
    """Draw commands in an order, as far as they have not ended; those that it leaves go on at the end."""
    left = list(order)

    def draw(going):
        while left:
            one = commands[left.pop(0)]
            if not one.has_ended:
                return one
        return going[0]

    return draw


def published(commands):
    """The releases that runs say they published: each by one of them alone, the others say that they did not."""
    results = [one.result for one in commands if one.what == "run"]
    numbers = [result["release"] for result in results if result.get("published")]
    assert len(numbers) == len(set(numbers))
    assert {result["reason"] for result in results if result.get("published") is False} <= {"nothing new"}
    return numbers


def test_every_order_of_two_commands_ends_well(worn, undisturbed, sources, copy, engine, of, some):
    for pair, order in some(EACH_OF_TWO):
        lake, commands = copy(worn), [of(*one) for one in TWO[pair]]
        played = play(lake, commands, in_order(commands, order))
        assert len(published(commands)) == 1, played
        require_sound(lake, engine, sources, undisturbed)


def test_any_order_of_two_runs_a_landing_and_a_maintenance_ends_well(
    worn, undisturbed, sources, copy, engine, of, some, random
):
    for _ in some(range(10**6)):
        lake, commands = copy(worn), [of("run", RUN), of("run", RUN), of("land", LAND), of("maintain", TIDY)]
        played = play(lake, commands, random.choice)
        assert published(commands), played
        require_sound(lake, engine, sources, undisturbed)
