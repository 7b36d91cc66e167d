"""The sixteen terms of Wang, Wei and Zhu (2013) of `icio.csv`, written to `bilateral.csv`.

Matrix by matrix from the paper's equation 37, with dense inverses; needs numpy.
"""

import csv
from pathlib import Path

import numpy as np

HERE = Path(__file__).parent
REGIONS = "ABC"


def table():
    rows = list(csv.reader(open(HERE / "icio.csv")))
    n = len(rows[0]) - 5
    cells = np.array([[float(cell) for cell in row[1:]] for row in rows[1 : n + 1]])
    return rows[0][1 : n + 1], cells[:, :n], cells[:, n : n + 3], cells[:, n + 3]


def terms(z, final, x, region):
    a = z / x
    b = np.linalg.inv(np.eye(len(x)) - a)
    v = 1 - a.sum(0)
    at = [np.flatnonzero(region == r) for r in range(3)]
    part = lambda m, r, t: m[np.ix_(at[r], at[t])]
    y = lambda r, t: final[at[r], t]
    home = [np.linalg.inv(np.eye(len(at[r])) - part(a, r, r)) for r in range(3)]
    abroad = lambda r: sum(y(r, t) for t in range(3) if t != r)
    exports = lambda r: sum(part(z, r, t).sum(1) for t in range(3) if t != r) + abroad(r)
    for s in range(3):
        for r in (r for r in range(3) if r != s):
            third = [t for t in range(3) if t not in (s, r)]
            own, all_own = v[at[s]] @ home[s], v[at[s]] @ part(b, s, s)
            theirs = v[at[r]] @ part(b, r, s)
            others = sum(v[at[t]] @ part(b, t, s) for t in third)
            sold = part(a, s, r)
            made, resold = sold @ home[r] @ y(r, r), sold @ home[r] @ exports(r)
            yield s, r, {
                "dva_fin": all_own * y(s, r),
                "dva_int": own * (sold @ part(b, r, r) @ y(r, r)),
                "dva_intrex_i1": own * (sold @ sum(part(b, r, t) @ y(t, t) for t in third)),
                "dva_intrex_f": own * (sold @ part(b, r, r) @ sum(y(r, t) for t in third)),
                "dva_intrex_i2": own
                * (sold @ sum(part(b, r, t) @ sum(y(t, u) for u in range(3) if u not in (s, t)) for t in third)),
                "rdv_int": own * (sold @ part(b, r, s) @ y(s, s)),
                "rdv_fin": own * (sold @ part(b, r, r) @ y(r, s)),
                "rdv_fin2": own * (sold @ sum(part(b, r, t) @ y(t, s) for t in third)),
                "ova_fin": others * y(s, r),
                "mva_fin": theirs * y(s, r),
                "ova_int": others * made,
                "mva_int": theirs * made,
                "ddc_fin": own * (sold @ part(b, r, s) @ abroad(s)),
                "ddc_int": (all_own - own) * (sold @ x[at[r]]),
                "odc": others * resold,
                "mdc": theirs * resold,
            }, part(z, s, r).sum(1) + y(s, r)


def main():
    ids, z, final, x = table()
    region = np.array([REGIONS.index(name[0]) for name in ids])
    out = ["country,sector,destination,term,value"]
    for s, r, found, exports in terms(z, final, x, region):
        assert np.allclose(sum(found.values()), exports, rtol=1e-12)
        for k, i in enumerate(np.flatnonzero(region == s)):
            out += [f"{REGIONS[s]},{ids[i]},{REGIONS[r]},{term},{float(value[k])!r}" for term, value in found.items()]
    (HERE / "bilateral.csv").write_text("\n".join(out) + "\n")


main()
