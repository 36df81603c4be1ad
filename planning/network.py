"""In which order are item-locations planned, so that each is netted once, after everything that needs it?

low_level_code(node) = length of the longest path from a node nobody needs. Edges run from what needs to what is
needed: parent to component over ALL bills of materials, past and future ones too, and receiving warehouse to source
warehouse. A node on a cycle has no code; only the nodes on the cycle are left out, what hangs above or below is
planned.

Two weaker wishes give way where they would close a cycle: nodes that can stand in for each other share one code, and
what an open document serves comes before what it consumes.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

__all__ = ["Levels", "find_cycles", "levels_of", "low_level_codes"]


def find_cycles(nodes: Iterable[int], edges: Mapping[int, Iterable[int]]) -> list[list[int]]:
    """The cycles, each as one walk around it starting at its smallest node; one per tangle of nodes.

    >>> find_cycles([1, 2, 3], {1: [2], 2: [3], 3: [2]})
    [[2, 3]]
    """
    return sorted(_one_walk(tangle, edges) for tangle in _tangles(nodes, edges))


def low_level_codes(nodes: Iterable[int], edges: Mapping[int, Iterable[int]]) -> tuple[dict[int, int], list[list[int]], set[int]]:
    """Codes of all nodes off cycles, the cycles, and the set of nodes on them."""
    every = sorted(set(nodes))
    tangles = _tangles(every, edges)
    on_cycle = {node for tangle in tangles for node in tangle}
    cycles = sorted(_one_walk(tangle, edges) for tangle in tangles)
    waiting = {node: 0 for node in every if node not in on_cycle}
    known: dict[int, list[int]] = {}
    for node in waiting:
        known[node] = sorted({child for child in edges.get(node, ()) if child in waiting})
        for child in known[node]:
            waiting[child] += 1
    codes: dict[int, int] = {}
    ready = [node for node, count in waiting.items() if count == 0]
    for node in ready:
        codes[node] = 0
    while ready:
        node = ready.pop()
        for child in known[node]:
            codes[child] = max(codes.get(child, 0), codes[node] + 1)
            waiting[child] -= 1
            if waiting[child] == 0:
                ready.append(child)
    return codes, cycles, on_cycle


@dataclass(frozen=True, slots=True)
class Levels:
    """Codes of all nodes off cycles, the cycles, the nodes on them, and the bonds that had to be cut."""

    codes: dict[int, int]
    cycles: list[list[int]]
    on_cycle: set[int]
    cut: list[tuple[int, int]]


def levels_of(
    nodes: Iterable[int],
    edges: Mapping[int, Iterable[int]],
    *,
    bonds: Sequence[tuple[int, int]] = (),
    wishes: Sequence[tuple[int, int]] = (),
) -> Levels:
    """Low-level codes that keep bonded nodes together.

    Args:
        bonds: pairs of nodes that are to be planned at one level.
        wishes: (above, below) pairs that are kept where they close no cycle.
    """
    codes, cycles, on_cycle = low_level_codes(nodes, edges)
    bonds = [bond for bond in bonds if bond[0] in codes and bond[1] in codes]
    kept = [wish for wish in wishes if wish[0] in codes and wish[1] in codes and wish[0] != wish[1]]
    if not bonds and not kept:
        return Levels(codes, cycles, on_cycle, [])
    cut: list[tuple[int, int]] = []
    while True:
        leader = _leaders(codes, bonds)
        together: dict[int, set[int]] = {}
        for node, children in edges.items():
            if node in codes:
                together.setdefault(leader[node], set()).update(leader[child] for child in children if child in codes)
        for above, below in kept:
            if leader[above] != leader[below]:
                together.setdefault(leader[above], set()).add(leader[below])
        found, _, tangled = low_level_codes(set(leader.values()), together)
        if not tangled:
            return Levels({node: found[leader[node]] for node in codes}, cycles, on_cycle, sorted(cut))
        inside = [wish for wish in kept if leader[wish[0]] in tangled and leader[wish[1]] in tangled]
        if inside:
            kept = [wish for wish in kept if wish not in inside]
            continue
        broken = [bond for bond in bonds if leader[bond[0]] in tangled]
        cut.extend(broken)
        bonds = [bond for bond in bonds if leader[bond[0]] not in tangled]


def _leaders(nodes: Iterable[int], bonds: Iterable[tuple[int, int]]) -> dict[int, int]:
    """The smallest member of each node's bonded group."""
    leader = {node: node for node in nodes}

    def head(node: int) -> int:
        while leader[node] != node:
            leader[node] = leader[leader[node]]
            node = leader[node]
        return node

    for one, other in bonds:
        first, second = sorted((head(one), head(other)))
        leader[second] = first
    return {node: head(node) for node in leader}


def _tangles(nodes: Iterable[int], edges: Mapping[int, Iterable[int]]) -> list[set[int]]:
    """Strongly connected components that hold a cycle (Tarjan, without recursion: bills can be deep)."""
    index: dict[int, int] = {}
    low: dict[int, int] = {}
    stack: list[int] = []
    on_stack: set[int] = set()
    found: list[set[int]] = []
    every = sorted(set(nodes))
    inside = set(every)
    for root in every:
        if root in index:
            continue
        work: list[tuple[int, list[int]]] = [(root, _children(root, edges, inside))]
        index[root] = low[root] = len(index)
        stack.append(root)
        on_stack.add(root)
        while work:
            node, children = work[-1]
            if children:
                child = children.pop()
                if child not in index:
                    index[child] = low[child] = len(index)
                    stack.append(child)
                    on_stack.add(child)
                    work.append((child, _children(child, edges, inside)))
                elif child in on_stack:
                    low[node] = min(low[node], index[child])
                continue
            work.pop()
            if work:
                above = work[-1][0]
                low[above] = min(low[above], low[node])
            if low[node] == index[node]:
                tangle: set[int] = set()
                while True:
                    member = stack.pop()
                    on_stack.discard(member)
                    tangle.add(member)
                    if member == node:
                        break
                if len(tangle) > 1 or node in edges.get(node, ()):
                    found.append(tangle)
    return found


def _children(node: int, edges: Mapping[int, Iterable[int]], inside: set[int]) -> list[int]:
    return sorted({child for child in edges.get(node, ()) if child in inside}, reverse=True)


def _one_walk(tangle: set[int], edges: Mapping[int, Iterable[int]]) -> list[int]:
    """A shortest way from the smallest node of the tangle back to itself."""
    start = min(tangle)
    if start in edges.get(start, ()):
        return [start]
    came_from: dict[int, int] = {}
    frontier = [start]
    while frontier:
        following: list[int] = []
        for node in frontier:
            for child in sorted(set(edges.get(node, ())) & tangle):
                if child == start:
                    walk = [node]
                    while walk[-1] != start:
                        walk.append(came_from[walk[-1]])
                    return walk[::-1]
                if child not in came_from:
                    came_from[child] = node
                    following.append(child)
        frontier = following
    return sorted(tangle)
