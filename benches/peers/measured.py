"""Runs commands in turn and prints wall, CPU and peak memory of each: median of several runs."""

import os
import statistics
import subprocess
import sys
import time

# Programs that take too long, or too much memory, for the largest network.
SLOW = {"networkx", "rustworkx"}


def once(command):
    start = time.monotonic()
    child = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)
    error = child.stderr.read()
    _, code, usage = os.wait4(child.pid, 0)
    wall = time.monotonic() - start
    if code != 0:
        sys.exit(f"{command}: exit {code}\n{error.decode(errors='replace')}")
    return wall, usage.ru_utime + usage.ru_stime, usage.ru_maxrss / 1024


def side_by_side(title, commands, runs=5):
    """Commands by name, the first is palenque's; run in turn so that a machine's drift hits all alike."""
    taken = {name: [] for name in commands}
    for i in range(runs + 1):
        for name, command in commands.items():
            figures = once(command)
            if i > 0:
                taken[name].append(figures)
    print(f"\n{title} (median of {runs} runs, whole process)")
    print(f"{'':28} {'wall s':>8} {'CPU s':>8} {'peak MB':>8} {'wall ratio':>11}")
    first = next(iter(commands))
    for name, figures in taken.items():
        wall, cpu, peak = (statistics.median(column) for column in zip(*figures))
        ratio = statistics.median(a[0] / b[0] for a, b in zip(taken[first], figures))
        print(f"{name:28} {wall:8.2f} {cpu:8.2f} {peak:8.0f} {ratio:11.2f}")
