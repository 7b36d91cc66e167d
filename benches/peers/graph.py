"""Indices of heavy-tailed networks in memory: palenque's kernels and those of other programs, in turn.

Usage: graph.py PALENQUE-BENCH [RUNS [TASK[@NETWORK] ...]]     (target/release/kernels of the crate palenque-benches)

Every program reads the same file before its clock starts and has two threads where it can use them. Networks:
  a  10,000 firms, 100,000 ties
  b  100,000 firms, 1,000,000 ties
  c  1,000,000 firms, 17,000,000 ties, for what is linear, without the slowest programs
`check` is the sum of what was computed, where both define it alike; programs that differ there are marked.
"""

import importlib.util
import os
import statistics
import subprocess
import sys

from measured import SLOW

LOAD = {
    "igraph": """
import igraph
graph = igraph.Graph(n=n, edges=list(zip(u.tolist(), v.tolist())), directed=True)
weights = w.tolist()
undirected = None
if task in ("clustering", "leiden", "structural_holes"):
    graph.es["weight"] = weights
    undirected = graph.as_undirected(combine_edges="sum")
""",
    "networkit": """
import networkit
networkit.setNumberOfThreads(2)
graph = networkit.GraphFromCoo((w, (u, v)), n=n, directed=True, weighted=True)
plain = networkit.GraphFromCoo((u, v), n=n, directed=True)
undirected = None
if task == "leiden":
    undirected = networkit.graphtools.toUndirected(graph)
    undirected.removeMultiEdges()
    undirected.indexEdges()
if task in ("cores", "clustering", "betweenness_sampled"):
    undirected = networkit.graphtools.toUndirected(plain)
    undirected.removeMultiEdges()
    undirected.indexEdges()
networkit.setSeed(1, True)
costs = networkit.GraphFromCoo((1 / w, (u, v)), n=n, directed=True, weighted=True) if task == "betweenness_weighted" else None
""",
    "rustworkx": """
import rustworkx
graph = rustworkx.PyDiGraph()
graph.add_nodes_from(range(n))
graph.add_edges_from(list(zip(u.tolist(), v.tolist(), w.tolist())))
""",
    "scikit-network": """
import scipy.sparse, sknetwork
graph = scipy.sparse.csr_matrix((w, (u, v)), shape=(n, n))
if task == "leiden":
    graph = (graph + graph.T).tocsr()
""",
    "graphblas": """
import graphblas, graphblas_algorithms
graphblas.ss.config["nthreads"] = 2
blas = graphblas_algorithms.algorithms
flows = graphblas.Matrix.from_coo(u, v, w, nrows=n, ncols=n)
graph = graphblas_algorithms.DiGraph(flows)
undirected = None
if task == "clustering":
    undirected = graphblas_algorithms.Graph(flows.ewise_add(flows.T, graphblas.binary.plus).new())
""",
    "scipy": """
import scipy.sparse, scipy.sparse.csgraph
graph = scipy.sparse.csr_matrix((w, (u, v)), shape=(n, n))
""",
    "networkx": """
import networkx
graph = networkx.DiGraph()
graph.add_weighted_edges_from(zip(u.tolist(), v.tolist(), w.tolist()))
""",
}

# task: (title, network, palenque's metric and parameters, {peer: kernel})
TASKS = {
    "pagerank": ("PageRank, weighted, to 1e-12", "bc", ["pagerank"], {
        "igraph": "sum(graph.pagerank(weights=weights))",
        "networkit": "sum(networkit.centrality.PageRank(graph, tol=1e-12).run().scores())",
        "scikit-network, by iteration": "sknetwork.ranking.PageRank(n_iter=1000, tol=1e-12 * 0.15 / 0.85).fit_predict(graph).sum()",
        "scikit-network, by ARPACK": "sknetwork.ranking.PageRank(solver='lanczos', tol=1e-12).fit_predict(graph).sum()",
        "scikit-network, to 1e-6": "sknetwork.ranking.PageRank(solver='lanczos').fit_predict(graph).sum()",
        "rustworkx": "sum(rustworkx.pagerank(graph, weight_fn=float, tol=1e-9, max_iter=1000).values())",
        "graphblas, as closely": "float(blas.pagerank(graph, tol=1e-12 * 0.15 / 0.85 / n, max_iter=1000).reduce().new())",
        "networkx": "sum(networkx.pagerank(graph, tol=1e-12 / n * 10, max_iter=1000).values())",
    }),
    "eigenvector": ("eigenvector, both directions", "b", ["eigenvector"], {
        "igraph": "sum(graph.eigenvector_centrality(directed=True, weights=weights)) and 0",
        "rustworkx": "sum(rustworkx.eigenvector_centrality(graph, weight_fn=float, max_iter=1000).values()) and 0",
        "rustworkx, as closely": "sum(rustworkx.eigenvector_centrality(graph, weight_fn=float, max_iter=1000, tol=1e-15).values()) and 0",
        "graphblas": "float(blas.eigenvector_centrality(graph, max_iter=1000).reduce().new()) * 0",
        "graphblas, as closely": "float(blas.eigenvector_centrality(graph, max_iter=1000, tol=1e-15).reduce().new()) * 0",
    }),
    "hits": ("hubs and authorities", "b", ["hits"], {
        "igraph": "sum(graph.hub_score(weights=weights)) and sum(graph.authority_score(weights=weights)) and 0",
        "rustworkx": "sum(rustworkx.hits(graph, weight_fn=float, max_iter=1000)[0].values())",
        "rustworkx, as closely": "sum(rustworkx.hits(graph, weight_fn=float, max_iter=1000, tol=1e-13)[0].values())",
        "graphblas": "float(blas.hits(graph, max_iter=1000)[0].reduce().new())",
        "graphblas, as closely": "float(blas.hits(graph, max_iter=1000, tol=1e-13)[0].reduce().new())",
        "scikit-network": "sum(sknetwork.ranking.HITS().fit(graph).scores_) and 0",
    }),
    "katz": ("Katz, both directions", "b", ["katz"], {
        "networkit": "sum(networkit.centrality.KatzCentrality(plain, 1e-4, 0.1, 1e-9).run().scores()) and 0",
        "graphblas": "float(blas.katz_centrality(graph, alpha=1e-4, tol=1e-9).reduce().new()) * 0",
        "scikit-network": "sknetwork.ranking.Katz().fit_predict(graph).sum() * 0",
    }),
    "katz_given": ("Katz with an attenuation, both directions", "b", ["katz", "alpha=0.0001"], {
        "networkit": "sum(networkit.centrality.KatzCentrality(plain, 1e-4, 0.1, 1e-9).run().scores()) and 0",
        "graphblas": "float(blas.katz_centrality(graph, alpha=1e-4, tol=1e-9).reduce().new()) * 0",
    }),
    "closeness": ("closeness in hops, both directions", "a", ["closeness"], {
        "igraph": "sum(graph.closeness(mode='in')) and sum(graph.closeness(mode='out')) and 0",
        "rustworkx": "sum(rustworkx.closeness_centrality(graph).values())",
    }),
    "harmonic": ("harmonic closeness in hops, both directions", "a", ["harmonic"], {
        "igraph": "sum(graph.harmonic_centrality(mode='out')) and sum(graph.harmonic_centrality(mode='in'))",
        "networkit": "sum(networkit.centrality.HarmonicCloseness(plain, normalized=True).run().scores()) and 0",
    }),
    "betweenness": ("betweenness in hops, nodes and edges", "a", ["betweenness"], {
        "igraph": "sum(graph.betweenness()) and 0 * sum(graph.edge_betweenness())",
        "igraph, nodes only": "sum(graph.betweenness()) and 0",
        "networkit": "sum(networkit.centrality.Betweenness(plain, normalized=True, computeEdgeCentrality=False).run().scores())",
        "rustworkx": "sum(rustworkx.betweenness_centrality(graph).values())",
    }),
    "betweenness_weighted": ("betweenness along least 1/flow, nodes and edges", "a", ["betweenness", "distance=inv"], {
        "igraph": "sum(graph.betweenness(weights=(1 / w).tolist())) and sum(graph.edge_betweenness(weights=(1 / w).tolist())) and 0",
        "igraph, nodes only": "sum(graph.betweenness(weights=(1 / w).tolist())) and 0",
        "networkit": "sum(networkit.centrality.Betweenness(costs, normalized=True, computeEdgeCentrality=False).run().scores())",
    }),
    "betweenness_sampled": ("betweenness to 0.01, nodes and edges (peers: nodes, undirected)", "bc", ["betweenness", "method=sampled", "epsilon=0.01"], {
        "networkit": "sum(networkit.centrality.KadabraBetweenness(undirected, 0.01, 0.1).run().scores()) and 0",
    }),
    "hyperball": ("harmonic closeness by HyperBall, both directions (peer: counts of pairs by distance, undirected)", "b", ["harmonic", "method=hyperball"], {
        "networkit": "sum(networkit.distance.NeighborhoodFunctionApproximation(networkit.graphtools.toUndirected(plain), 64).run().getNeighborhoodFunction()) and 0",
    }),
    "clustering": ("clustering coefficients (counted, Barrat, Onnela)", "bc", ["clustering"], {
        "networkit, counted": "sum(networkit.centrality.LocalClusteringCoefficient(undirected).run().scores()) and 0",
        "graphblas, counted": "float(blas.clustering(undirected).reduce().new()) * 0",
        "igraph, counted": "sum(undirected.transitivity_local_undirected(mode='zero')) and 0",
        "igraph, Barrat": "sum(undirected.transitivity_local_undirected(mode='zero', weights='weight')) and 0",
    }),
    "components": ("weak and strong components", "bc", ["components"], {
        "igraph": "len(graph.components(mode='weak')) + len(graph.components(mode='strong')) and 0",
        "scipy": "scipy.sparse.csgraph.connected_components(graph, True, 'weak')[0]"
        " + scipy.sparse.csgraph.connected_components(graph, True, 'strong')[0] and 0",
        "networkit": "networkit.components.WeaklyConnectedComponents(plain).run().numberOfComponents()"
        " + networkit.components.StronglyConnectedComponents(plain).run().numberOfComponents() and 0",
    }),
    "cores": ("core numbers (all, in and out)", "bc", ["cores"], {
        "igraph": "sum(graph.coreness(mode='all')) and sum(graph.coreness(mode='in')) and sum(graph.coreness(mode='out')) and 0",
        "networkit, all only": "sum(networkit.centrality.CoreDecomposition(undirected).run().scores()) and 0",
        "networkx": "sum(networkx.core_number(graph).values()) and 0",
    }),
    "structural_holes": ("Burt's constraint (and effective size)", "a", ["structural_holes"], {
        "igraph": "sum(graph.constraint(weights=weights))",
    }),
    "triad_census": ("triad census", "a", ["triad_census"], {
        "igraph": "graph.triad_census()[15] * 0",
        "networkx": "networkx.triadic_census(graph)['300'] * 0",
    }),
    "cut_points": ("articulation points and bridges", "b", ["cut_points"], {
        "igraph": "len(graph.articulation_points()) + len(graph.bridges()) and 0",
        "rustworkx": "len(rustworkx.articulation_points(graph.to_undirected())) and 0",
    }),
    "dominators": ("dominators, both ways (peers: one way, from firm 0)", "b", ["dominators"], {
        "igraph": "len(graph.dominator(0)) and 0",
        "rustworkx": "len(rustworkx.immediate_dominators(graph, 0)) and 0",
    }),
    "leiden": ("Leiden, one search of two rounds", "b", ["communities", "runs=1", "rounds=2"], {
        "igraph": "len(undirected.community_leiden(objective_function='modularity', weights='weight', n_iterations=2)) and 0",
        "networkit": "networkit.community.ParallelLeiden(undirected).run().getPartition().numberOfSubsets() and 0",
        "scikit-network": "sum(sknetwork.clustering.Leiden().fit_predict(graph)) and 0",
    }),
}

PEER = """
import resource, sys, time
import numpy
file, task = sys.argv[1:3]
table = numpy.loadtxt(file, delimiter=",", skiprows=1)
u, v, w = table[:, 0].astype(int), table[:, 1].astype(int), table[:, 2].copy()
n = int(max(u.max(), v.max())) + 1
{load}
wall, cpu = time.perf_counter(), time.process_time()
check = {kernel}
print(time.perf_counter() - wall, time.process_time() - cpu, float(check), resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024)
"""


def figures(command):
    done = subprocess.run(command, capture_output=True, text=True)
    if done.returncode != 0:
        return None, done.stderr.strip().splitlines()[-1:]
    return [float(x) for x in done.stdout.split()], None


def main():
    bench, runs = sys.argv[1], int(sys.argv[2]) if len(sys.argv) > 2 else 3
    asked = sys.argv[3:] or list(TASKS)
    folder = os.path.join("target", "peers-data")
    os.makedirs(folder, exist_ok=True)
    for name, nodes, ties in (("a", 10_000, 100_000), ("b", 100_000, 1_000_000), ("c", 1_000_000, 17_000_000)):
        file = os.path.join(folder, f"kernels-{name}.csv")
        if not os.path.exists(file):
            subprocess.run([bench, "write", str(nodes), str(ties), file], check=True)
    print("| index | network | program | wall s | CPU s | peak MB | CPU beside palenque's |")
    print("|---|---|---|---|---|---|---|")
    wanted = []
    for task in asked:
        name, _, network = task.partition("@")
        wanted += [(name, one) for one in network or TASKS[name][1]]
    for task, network in wanted:
        title, _, metric, peers = TASKS[task]
        file = os.path.join(folder, f"kernels-{network}.csv")
        commands = {"palenque": [bench, "time", file, "2", *metric]}
        for peer, kernel in peers.items():
            library = peer.split(",")[0]
            module = {"scikit-network": "sknetwork", "graphblas": "graphblas_algorithms"}.get(library, library)
            if network == "c" and library in SLOW:
                continue
            if importlib.util.find_spec(module) is None:
                print(f"skipped: {library} is not installed", file=sys.stderr)
                continue
            program = PEER.format(load=LOAD[library], kernel=kernel)
            commands[peer] = [sys.executable, "-c", program, file, task]
        taken = {name: [] for name in commands}
        for _ in range(runs):
            for name, command in commands.items():
                if taken[name] is None:
                    continue
                found, error = figures(command)
                if found is None:
                    print(f"failed: {task} by {name}: {error}", file=sys.stderr)
                    taken[name] = None
                else:
                    taken[name].append(found)
        ours = None
        for name, found in taken.items():
            if not found:
                continue
            wall, cpu, check, peak = (statistics.median(column) for column in zip(*found))
            ours = ours or (cpu, check)
            ratio = "1" if name == "palenque" else f"{cpu / max(ours[0], 0.01):.1f}"
            differs = check != 0 and abs(check / ours[1] - 1) > 1e-6 if ours[1] else False
            mark = " (differs)" if differs else ""
            print(f"| {title} | {network} | {name}{mark} | {wall:.3f} | {cpu:.2f} | {peak:.0f} | {ratio} |", flush=True)


main()
