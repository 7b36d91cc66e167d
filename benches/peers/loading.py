"""From edge CSV to a graph: palenque's whole process, other programs without the time that their imports take.

Usage: loading.py READ [RUNS]     (target/release/examples/read of the crate palenque-ingest; networks as graph.py writes them)

Every program has two threads where it can use them, and is given ids that it can take as they are; palenque reads the same file, and checks it. Programs
that cannot skip a header get a file without one. Networks: b, 100,000 firms and 1,000,000 ties, with whole numbers for ids and with text; c, 1,000,000 and
17,000,000.
"""

import importlib.util
import os
import statistics
import subprocess
import sys

from measured import SLOW, once

POLARS = "import os; os.environ['POLARS_MAX_THREADS'] = '2'; import polars, numpy"
COLUMNS = (
    "table = polars.read_csv(file); u, v, w = (table[name].to_numpy() for name in ('source', 'target', 'weight'));"
    " n = int(max(u.max(), v.max())) + 1"
)
INTERNED = (
    "table = polars.read_csv(file); both = polars.concat([table['source'], table['target']]);"
    " codes = both.cast(polars.Categorical).to_physical().to_numpy(); m = len(table);"
    " u, v, w, n = codes[:m].astype('int64'), codes[m:].astype('int64'), table['weight'].to_numpy(), int(codes.max()) + 1"
)
NETWORKIT = "networkit.GraphFromCoo((w, (u, v)), n=n, directed=True, weighted=True)"
IGRAPH = "graph = igraph.Graph(n=n, edges=numpy.column_stack((u, v)), directed=True); graph.es['weight'] = w"
BLAS = "graphblas.Matrix.from_coo(u, v, w, nrows=n, ncols=n)"

# ids: {program: (module, imports, work, whether without header)}
PEERS = {
    "whole numbers": {
        "scikit-network": ("sknetwork", "import sknetwork.data", "sknetwork.data.from_csv(file, directed=True)", True),
        "networkit and polars": ("networkit", f"{POLARS}, networkit; networkit.setNumberOfThreads(2)", f"{COLUMNS}; {NETWORKIT}", False),
        "graphblas and polars": ("graphblas", f"{POLARS}, graphblas; graphblas.init('suitesparse', blocking=True)", f"{COLUMNS}; {BLAS}", False),
        "scipy and polars": ("scipy", f"{POLARS}, scipy.sparse", f"{COLUMNS}; scipy.sparse.csr_matrix((w, (u, v)), shape=(n, n)).tocsc()", False),
        "igraph and polars": ("igraph", f"{POLARS}, igraph", f"{COLUMNS}; {IGRAPH}", False),
        "rustworkx": (
            "rustworkx",
            "import rustworkx",
            "rustworkx.PyDiGraph.read_edge_list(file, deliminator=',', labels=False)",
            True,
        ),
        "networkx": ("networkx", "import networkx", "networkx.read_weighted_edgelist(file, delimiter=',', create_using=networkx.DiGraph)", True),
    },
    "text": {
        "networkit and polars": ("networkit", f"{POLARS}, networkit; networkit.setNumberOfThreads(2)", f"{INTERNED}; {NETWORKIT}", False),
        "igraph and polars": ("igraph", f"{POLARS}, igraph", f"{INTERNED}; {IGRAPH}", False),
        "scipy and polars": ("scipy", f"{POLARS}, scipy.sparse", f"{INTERNED}; scipy.sparse.csr_matrix((w, (u, v)), shape=(n, n)).tocsc()", False),
        "networkx": ("networkx", "import networkx", "networkx.read_weighted_edgelist(file, delimiter=',', create_using=networkx.DiGraph)", True),
    },
}
PEER = """
import resource, sys, time
{imports}
file = sys.argv[1]
wall, cpu = time.perf_counter(), time.process_time()
{work}
print(time.perf_counter() - wall, time.process_time() - cpu, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024)
"""


def written(folder, network, ids, header):
    """The file of a network with these ids, with a header or without."""
    plain = os.path.join(folder, f"kernels-{network}.csv")
    if ids == "whole numbers" and header:
        return plain
    path = os.path.join(folder, f"kernels-{network}-{ids.split()[0]}{'' if header else '-bare'}.csv")
    if not os.path.exists(path):
        with open(plain) as lines, open(path + ".part", "w") as out:
            first = next(lines)
            if header:
                out.write(first)
            for line in lines:
                u, v, w = line.split(",")
                out.write(line if ids == "whole numbers" else f"MX-{int(u):07}-SA,MX-{int(v):07}-SA,{w}")
        os.rename(path + ".part", path)
    return path


def main():
    read, runs = sys.argv[1], int(sys.argv[2]) if len(sys.argv) > 2 else 3
    folder = os.path.join("target", "peers-data")
    print("| ids | network | program | wall s | CPU s | peak MB | palenque's CPU beside it |")
    print("|---|---|---|---|---|---|---|")
    for ids, network in (("whole numbers", "b"), ("text", "b"), ("whole numbers", "c")):
        commands = {"palenque": ([read, written(folder, network, ids, True), "2"], True)}
        for name, (module, imports, work, bare) in PEERS[ids].items():
            if network == "c" and name in SLOW:
                continue
            if importlib.util.find_spec(module) is None or (POLARS in imports and importlib.util.find_spec("polars") is None):
                print(f"skipped: {name} is not installed", file=sys.stderr)
                continue
            program = PEER.format(imports=imports, work=work)
            commands[name] = ([sys.executable, "-c", program, written(folder, network, ids, not bare)], False)
        taken = {name: [] for name in commands}
        for _ in range(runs):
            for name, (command, is_whole) in commands.items():
                if is_whole:
                    taken[name].append(once(command))
                    continue
                done = subprocess.run(command, capture_output=True, text=True)
                if done.returncode != 0:
                    print(f"failed: {name}: {done.stderr.strip().splitlines()[-1:]}", file=sys.stderr)
                else:
                    taken[name].append([float(x) for x in done.stdout.split()])
        ours = None
        for name, found in taken.items():
            if not found:
                continue
            wall, cpu, peak = (statistics.median(column) for column in zip(*found))
            ours = ours or cpu
            print(f"| {ids} | {network} | {name} | {wall:.2f} | {cpu:.2f} | {peak:.0f} | {ours / cpu:.2f} |", flush=True)


main()
