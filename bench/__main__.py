"""``python -m bench [startup] [package_size] [cold] [shop] [monorepo] [bytecode] [requests] [parallel] [--rounds N]``: measures, and prints the tables."""

from __future__ import annotations

import argparse
import platform
import sys

from bench import bytecode, cold, monorepo, package_size, parallel, requests, shop, startup
from bench.workshop import CHECKOUT, workshop

BENCHMARKS = {
    "startup": startup,
    "package_size": package_size,
    "cold": cold,
    "shop": shop,
    "monorepo": monorepo,
    "bytecode": bytecode,
    "requests": requests,
    "parallel": parallel,
}
ROUNDS = {
    "startup": 15,
    "package_size": 5,
    "cold": 3,
    "shop": 3,
    "monorepo": 5,
    "bytecode": 5,
    "requests": 1,
    "parallel": 1,
}


def main(argv: list[str]) -> int:
    """Run the chosen benchmarks (all, by default); 1 where a figure was missed."""
    parser = argparse.ArgumentParser(prog="python -m bench", description=__doc__)
    parser.add_argument("names", nargs="*", metavar="NAME", help=f"which: {', '.join(BENCHMARKS)} (default: all)")
    parser.add_argument(
        "--rounds", type=int, help="timed runs of each command (default: 15, 5, 3, 3, 5, 5; requests are counted once)"
    )
    arguments = parser.parse_args(argv)
    unknown = set(arguments.names) - set(BENCHMARKS)
    if unknown:
        parser.error(f"no such benchmark: {', '.join(sorted(unknown))}")
    place = workshop(CHECKOUT / ".bench")
    reports = []
    for name in arguments.names or BENCHMARKS:
        print(f"  {name}", file=sys.stderr)
        reports.append(BENCHMARKS[name].run(place, rounds=arguments.rounds or ROUNDS[name]))
    print(f"Python {platform.python_version()}, {platform.machine()}, medians of whole processes\n")
    print("\n\n".join(str(report) for report in reports))
    return 0 if all(target.met for report in reports for target in report.targets) else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
