"""`newsfeed repair`: go on after a power loss."""

from pipelines.cli import logs, options, show


def repair(
    root: options.Root = options.ROOT, json: options.AsJson = False, log_format: options.LogFormat = options.TEXT
) -> None:
    """Set aside what a power loss left half written, so that all else can be read again.

    Example: newsfeed repair --root data/lake
    """
    from pipelines.repair import repair as mend
    from pipelines.storage.lake import Lake

    found = mend(Lake.at(root))
    logs.fact("repaired", set_aside=[str(told) for told in found])
    if json:
        show.as_json(found)
        return
    for told in found:
        print(f"{told}: set aside")
    if found:
        print("land again what was lost, each event is kept once, then `newsfeed run`")
    else:
        print("nothing to repair")
