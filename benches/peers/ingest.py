"""Ten million rows of edge CSV: palenque reads, checks and builds the graph; polars only reads the columns.

`inspect` also counts components and ranks flows, the example `read` stops at the graph.

Usage: ingest.py PALENQUE [ROWS]
"""

import os
import random
import sys

from measured import side_by_side

palenque = sys.argv[1]
rows = int(sys.argv[2]) if len(sys.argv) > 2 else 10_000_000
folder = os.path.join("target", "peers-data")
os.makedirs(folder, exist_ok=True)


def write(path, name_of):
    if os.path.exists(path):
        return
    draw = random.Random(1)
    firms = rows // 10
    with open(path + ".part", "w") as file:
        file.write("source,target,weight\n")
        for _ in range(rows):
            seller = int(firms * draw.random() ** 1.6)
            buyer = int(firms * draw.random() ** 2.2)
            file.write(f"{name_of(seller)},{name_of(buyer)},{draw.random() * 1000:.2f}\n")
    os.rename(path + ".part", path)


READ = "import polars, sys; frame = polars.read_csv(sys.argv[1]); print(frame.shape)"
for title, name, name_of in (
    ("integer-like ids", "integers.csv", str),
    ("string ids", "strings.csv", lambda i: f"MX-{i:07}-SA"),
):
    path = os.path.join(folder, name)
    write(path, name_of)
    side_by_side(
        f"{rows:,} rows, {title}",
        {
            "palenque: graph": [os.path.join(os.path.dirname(palenque), "examples", "read"), path, "2"],
            "palenque: inspect": [palenque, "inspect", "--edges", path, "--allow", "W0407,W0408", "--quiet"],
            "polars: columns only": [sys.executable, "-c", READ, path],
        },
    )
