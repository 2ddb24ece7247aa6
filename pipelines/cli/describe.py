"""`newsfeed describe`: what views, event types and the log declare."""

from typing import Annotated, Any

import typer

from pipelines.cli import options, show
from pipelines.cli.declared import BY_POLICY, columns_of, fields_of, layout_of
from pipelines.cli.tables import Column
from pipelines.errors import UsageError

Name = Annotated[str | None, typer.Argument(help="A view, an event type, log or quarantine; all when not given.")]


def describe(
    name: Name = None,
    markdown: Annotated[bool, typer.Option("--markdown", help="Print the data dictionary as Markdown.")] = False,
    json: options.AsJson = False,
) -> None:
    """Show what a view holds, how it is laid out, what it is made of and what is checked of it.

    Example: newsfeed describe newsfeed
    """
    from pipelines.reading import describing

    if markdown:
        from pipelines.cli.dictionary import dictionary

        if json or name is not None:
            raise UsageError("--markdown: expected neither a name nor --json, the data dictionary tells of everything")
        print(dictionary(), end="")
        return
    facts = describing.everything() if name is None else describing.describe(name)
    if json:
        show.as_json(facts)
    elif isinstance(facts, list):
        _list(facts)
    else:
        _tell(facts)


def _columns(*names: str) -> list[Column]:
    """Columns of which the last is prose."""
    return [*map(Column, names[:-1]), Column(names[-1], "prose")]


def _list(all_facts: list[dict[str, Any]]) -> None:
    show.table(
        [(facts["name"], facts["kind"], facts["description"]) for facts in all_facts], _columns("name", "", "meaning")
    )


def _tell(facts: dict[str, Any]) -> None:
    version = f", version {facts['version']}" if "version" in facts else ""
    print(f"{facts['name']}: {facts['kind']}{version}\n{facts['description']}\n")
    if "payloads" in facts:
        _tell_payloads(facts)
    else:
        _tell_table(facts)


def _tell_table(facts: dict[str, Any]) -> None:
    show.table(columns_of(facts), _columns("column", "type", "null", "meaning"))
    print()
    for what, value in layout_of(facts).items():
        print(f"{what:<8}  {value}")
    if "invariants" in facts:
        print(f"\nChecked before every release ({BY_POLICY}):")
        for name in facts["invariants"]:
            print(f"  {name}")


def _tell_payloads(facts: dict[str, Any]) -> None:
    for number, fields in facts["payloads"].items():
        print(f"Version {number}:" if fields else f"Version {number}: no fields of its own")
        if fields:
            show.table(fields_of(fields), _columns("field", "type", "given", "meaning"))
        print()
    if facts["at_least_one"]:
        print("At least one of the optional fields is given.")
    print("Every event has event_id, event_type, version, event_time and actor_id too.")
    print("It may have correlation_id and causation_id.")
