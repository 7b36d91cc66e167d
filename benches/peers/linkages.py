"""Linkages of one dense table: palenque's kernels and the inverse route of numpy and pymrio, in turn, in memory.

Usage: linkages.py PALENQUE-BENCH [N ...]      (target/release/linkages of the crate palenque-benches)

Every program holds the table in memory before its clock starts. Tasks:
  sums        backward and forward linkages (Leontief and Ghosh) and dispersion indices
  inverse     the Leontief inverse
  extraction  output lost without each sector, all sectors, once L is there; numpy: one inversion a sector, on a sample
  field       intensity of every field of influence, once L is there; numpy: the same sample
"""

import os
import statistics
import subprocess
import sys
import tempfile
import time

PEER = r"""
import sys, time, resource
import numpy as np
route, task, n, file = sys.argv[1], sys.argv[2], int(sys.argv[3]), sys.argv[4]
table = np.fromfile(file)
Z, x = table[: n * n].reshape(n, n), table[n * n :]
if route == "pymrio":
    import pandas as pd
    import pymrio

def coefficients():
    return pymrio.calc_A(Z, x) if route == "pymrio" else Z / x

def inverse(A):
    return pymrio.calc_L(A) if route == "pymrio" else np.linalg.inv(np.eye(n) - A)

def sums():
    L = inverse(coefficients())
    G = L * x[None, :] / x[:, None]
    backward, forward, ghosh = L.sum(0), L.sum(1), G.sum(1)
    return (backward / backward.mean(), forward / forward.mean(), ghosh / ghosh.mean(), backward.sum() + forward.sum() + ghosh.sum())[-1]

def without(j):
    A = coefficients()
    A[j, :] = 0
    A[:, j] = 0
    return inverse(A)

start = time.perf_counter()
if task == "sums":
    check = sums()
elif task == "inverse":
    check = inverse(coefficients()).sum()
else:  # one inversion a sector: time a sample of 3 sectors, scale to all
    for j in range(3):
        without(j)
    check = 0.0
    start = time.perf_counter() - (time.perf_counter() - start) * n / 3
print(f"{time.perf_counter() - start:.6f} {check:.9e}")
print("peak", resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024)
"""


def run(command):
    lines = subprocess.run(command, check=True, capture_output=True, text=True).stdout.splitlines()
    runs = [line.split() for line in lines if line[0].isdigit()]
    words = {line.split()[0]: float(line.split()[1]) for line in lines if not line[0].isdigit()}
    return [float(seconds) for seconds, _ in runs], float(runs[0][1]), words


def main():
    bench = sys.argv[1]
    sizes = [int(n) for n in sys.argv[2:]] or [1000, 3000]
    routes = ["numpy"]
    try:
        import pymrio  # noqa: F401

        routes.append("pymrio")
    except ImportError:
        print("skipped: pymrio is not installed")
    print(f"{'':34} {'palenque s':>11} {'peer s':>11} {'ratio':>9} {'palenque MB':>12} {'peer MB':>9} {'matrix MB':>10}")
    for n in sizes:
        rounds = 1 if n > 6000 else 5
        with tempfile.TemporaryDirectory(dir="target") as folder:
            file = os.path.join(folder, "table.f64")
            subprocess.run([bench, "write", str(n), file], check=True)
            tasks = ["sums", "inverse"] + (["extraction", "field"] if n <= 1000 else [])
            for task in tasks:
                for route in routes if task in ("sums", "inverse") else ["numpy"]:
                    ours, theirs, checks, peaks = [], [], [], []
                    for _ in range(rounds):
                        seconds, a, mine = run([bench, "time", str(n), task])
                        ours += seconds
                        peer = [sys.executable, "-c", PEER, route, task, str(n), file]
                        seconds, b, other = run(peer)
                        theirs += seconds
                        checks.append(abs(a / b - 1) if b else 0.0)
                        peaks.append((mine["peak"], other["peak"]))
                    assert max(checks) < 1e-9, f"{task}: the programs disagree by {max(checks)}"
                    a, b = statistics.median(ours), statistics.median(theirs)
                    memory = f"{peaks[0][0]:12.0f} {peaks[0][1]:9.0f} {n * n * 8 / 2**20:10.0f}"
                    print(f"{task + ' against ' + route + f', n = {n:,}':34} {a:11.4f} {b:11.3f} {b / a:9.1f} {memory}", flush=True)


main()
