"""Measures the product against floors taken in the same run, and prints the table of `docs/performance.md`.

    make bench            or    python -m bench
    python -m bench reach       the reach of a changed value over two hundred procedures
    python -m bench figures     the editor after a keystroke, an import, a trail of 200,000 entries verified

Runs on a data folder of its own that is thrown away. Each figure is the median of interleaved runs; the ratio counts.
"""

import os
import sys
import tempfile

_FOLDER = tempfile.TemporaryDirectory(prefix="sop-bench-")
os.environ["SOP_DATA_DIR"] = _FOLDER.name
os.environ["DJANGO_SETTINGS_MODULE"] = "sopsite.settings"
os.environ.setdefault("SOP_DEMO_PASSWORD", "bench-lantern-otter-quartz")

import django  # noqa: E402

django.setup()

from bench import figures, reach, rows  # noqa: E402

if __name__ == "__main__":
    rows.prepare()
    others = {"reach": reach.measure, "figures": figures.measure}
    if sys.argv[1:] and sys.argv[1] in others:
        others[sys.argv[1]]()
        sys.exit()
    print("| what | floor | product | ratio | to reach |\n|---|---|---|---|---|")
    missed = 0
    for measure in rows.ALL:
        row = measure()
        print(row, flush=True)
        missed += not row.reached
    print(f"\n{missed} of {len(rows.ALL)} not reached." if missed else "\nEvery ratio is reached.")
