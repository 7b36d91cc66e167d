"""Indices of one heavy-tailed network, whole process from file to numbers: palenque, igraph, networkx, scipy.

Usage: graph.py PALENQUE [NODES EDGES]
"""

import os
import random
import sys

from measured import side_by_side

palenque = sys.argv[1]
nodes, edges = (int(n) for n in sys.argv[2:4]) if len(sys.argv) > 3 else (10_000, 100_000)
folder = os.path.join("target", "peers-data")
os.makedirs(folder, exist_ok=True)
path = os.path.join(folder, f"network-{nodes}-{edges}.csv")
if not os.path.exists(path):
    draw, seen = random.Random(1), set()
    while len(seen) < edges:
        seller = int(nodes * draw.random() ** 1.6) * 7919 % nodes
        buyer = int(nodes * draw.random() ** 2.2) * 7919 % nodes
        if seller != buyer:
            seen.add((seller, buyer))
    with open(path, "w") as file:
        file.write("source,target,weight\n")
        file.writelines(f"{u},{v},{draw.random() * 1000 + 0.01:.2f}\n" for u, v in sorted(seen))

IGRAPH = """
import igraph, sys
edges, weights = [], []
with open(sys.argv[1]) as file:
    next(file)
    for line in file:
        u, v, w = line.split(",")
        edges.append((int(u), int(v)))
        weights.append(float(w))
graph = igraph.Graph(edges=edges, directed=True)
"""
NETWORKX = """
import networkx, sys
graph = networkx.DiGraph()
with open(sys.argv[1]) as file:
    next(file)
    for line in file:
        u, v, w = line.split(",")
        graph.add_edge(u, v, weight=float(w))
"""


def ours(metrics):
    return [palenque, "measure", "--edges", path, "--metrics", metrics, "--out", "-", "--quiet"]


def python(load, kernel):
    return [sys.executable, "-c", load + kernel, path]


print(f"{nodes:,} firms, {edges:,} ties")
side_by_side("PageRank, weighted", {
    "palenque": ours("pagerank"),
    "igraph": python(IGRAPH, "graph.pagerank(weights=weights)"),
    "networkx": python(NETWORKX, "networkx.pagerank(graph, tol=1e-12, max_iter=1000)"),
})
side_by_side("closeness, both directions", {
    "palenque": ours("closeness_in,closeness_out"),
    "igraph": python(IGRAPH, "graph.closeness(mode='in'); graph.closeness(mode='out')"),
}, runs=3)
side_by_side("betweenness, exact, hops", {
    "palenque": ours("betweenness"),
    "igraph": python(IGRAPH, "graph.betweenness()"),
}, runs=3)
