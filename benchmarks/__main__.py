"""Measures ours and its peers, by turns, on one network: `python -m benchmarks S --only newsfeed views`."""

import argparse
import sys
from pathlib import Path

from benchmarks import plot, report
from benchmarks.cases import CASES, case
from benchmarks.equality import Unequal
from benchmarks.ground import RESULTS, Ground
from benchmarks.scales import SCALES


def main() -> int:
    """Measures one benchmark after another, prints and writes what each found; 1 if the rows of two sides differ."""
    arguments = _arguments()
    ground = Ground(arguments.scale, arguments.seed, arguments.cap, arguments.repeat, arguments.reuse)
    results = {name: RESULTS / f"{name}-{ground.scale}-cap{ground.cap}.json" for name in CASES}
    for name in arguments.only:
        try:
            _measure(name, ground, results[name])
        except Unequal as fault:
            print(fault, file=sys.stderr)
            return 1
    if arguments.plot is not None:
        title = f"Scale {ground.scale}, cap {ground.cap}"
        arguments.plot.write_text(plot.bars(title, plot.ratios(results)))
    return 0


def _measure(name: str, ground: Ground, result: Path) -> None:
    """Measures one benchmark, prints its table and writes its result. Raises Unequal."""
    about, measure = case(name)
    found = measure(ground)
    manifest = ground.manifest
    report.show(f"{name} {ground.scale}, cap {ground.cap}, {manifest['deliveries']:,} deliveries\n{about}", found)
    facts = {"benchmark": name, "about": about, "input": manifest, "seed": ground.seed, "cap": ground.cap}
    report.save(result, facts, found)


def _arguments() -> argparse.Namespace:
    """What the command line asks for."""
    listed = "\n".join(f"  {name:9} {case(name)[0]}" for name in CASES)
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks",
        description=f"{__doc__}\n\nbenchmarks:\n{listed}",
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("scale", choices=SCALES)
    parser.add_argument("--only", nargs="+", choices=CASES, default=CASES, metavar="NAME", help="just these benchmarks")
    parser.add_argument("--repeat", type=int, default=3, help="turns of each side (3)")
    parser.add_argument("--cap", type=int, default=200, help="entries of a newsfeed at most (200)")
    parser.add_argument("--seed", type=int, default=1, help="which network of the scale (1)")
    parser.add_argument("--reuse", action="store_true", help="take what an earlier command landed and released")
    parser.add_argument("--plot", type=Path, metavar="FILE.svg", help="draw the ratios of all results that there are")
    return parser.parse_args()


if __name__ == "__main__":
    raise SystemExit(main())
