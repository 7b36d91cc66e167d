"""Footprints of the table of `../10_icio3x2_gvc` with the satellite rows of `satellites.csv`, written to `expected.csv`.

By the dense inverse and the full matrix of who uses what for whom; needs numpy.
"""

import csv
from pathlib import Path

import numpy as np

HERE = Path(__file__).parent
rows = list(csv.reader(open(HERE / "../10_icio3x2_gvc/icio.csv")))
cells = np.array([[float(cell) for cell in row[1:]] for row in rows[1:7]])
z, final, x = cells[:, :6], cells[:, 6:9], cells[:, 9]
inverse = np.linalg.inv(np.eye(6) - z / x)
region = np.repeat(np.arange(3), 2)
out = ["satellite,region,production_based,consumption_based,imported,exported,by_final_users"]
for name, _, *amounts in list(csv.reader(open(HERE / "satellites.csv")))[1:]:
    use = np.array([float(a) for a in amounts[:6]])
    users = np.array([float(a or 0) for a in amounts[6:]])
    caused = (use / x)[:, None] * (inverse @ final)  # by producing node and consuming region
    by_origin = np.array([caused[region == r].sum(0) for r in range(3)])
    for r in range(3):
        away = [t for t in range(3) if t != r]
        figures = [
            use[region == r].sum() + users[r],
            by_origin[:, r].sum() + users[r],
            by_origin[away, r].sum(),
            by_origin[r, away].sum(),
            users[r],
        ]
        out.append(",".join([name, "ABC"[r], *(repr(float(figure)) for figure in figures)]))
(HERE / "expected.csv").write_text("\n".join(out) + "\n")
