"""Output multipliers of region r1 of `employment.csv` under the national table of `national.csv`, to `multipliers.csv`.

By dense inverses, from the quotients of `expected.json`; needs numpy.
"""

import csv
import json
from pathlib import Path

import numpy as np

HERE = Path(__file__).parent
rows = list(csv.reader(open(HERE / "national.csv")))
cells = np.array([[float(cell) for cell in row[1:]] for row in rows[1:]])
a = cells[:, :3] / cells[:, 3]
flq = json.load(open(HERE / "expected.json"))["expected"]["flq"]
cilq, slq = np.array(flq["cilq"]), np.array(flq["slq"])
np.fill_diagonal(cilq, slq)
quotients = {
    "slq": np.repeat(slq[:, None], 3, axis=1),
    "cilq": cilq,
    "flq": np.array(flq["flq"]),
    "aflq": np.array(flq["aflq"]),
}
out = ["method," + ",".join(rows[0][1:4])]
for method, quotient in quotients.items():
    multipliers = np.linalg.inv(np.eye(3) - a * np.minimum(1, quotient)).sum(0)
    out.append(",".join([method, *(repr(float(m)) for m in multipliers)]))
(HERE / "multipliers.csv").write_text("\n".join(out) + "\n")
