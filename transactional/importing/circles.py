"""Which bills of materials contain themselves?"""

from __future__ import annotations

from transactional.importing.staging import Stage

__all__ = ["circles", "reject_circles"]


def reject_circles(stage: Stage) -> None:
    """Every line that lies on a cycle is rejected, whatever its dates, naming the whole circle."""
    children: dict[str, list[tuple[str, int]]] = {}
    query = "SELECT assembly, component, id FROM t_bom_lines WHERE bad = 0 ORDER BY assembly, component, id"
    for assembly, component, row in stage.database.execute(query).fetchall():
        children.setdefault(assembly, []).append((component, row))
    for members in circles({parent: [code for code, _ in lines] for parent, lines in children.items()}):
        inside = set(members)
        path = " > ".join([*members, members[0]])
        stage.reject(
            "bom_lines",
            [
                (row, "component", component, "importing.bom_cycle", {"path": path})
                for assembly in members
                for component, row in children[assembly]
                if component in inside
            ],
        )


def circles(graph: dict[str, list[str]]) -> list[list[str]]:
    """Groups of nodes that reach each other (strongly connected, or a node that names itself), each sorted; no recursion."""
    index: dict[str, int] = {}
    low: dict[str, int] = {}
    open_nodes: list[str] = []
    is_open: set[str] = set()
    found: list[list[str]] = []
    for root in sorted(graph):
        if root in index:
            continue
        work: list[tuple[str, int]] = [(root, 0)]
        while work:
            node, position = work.pop()
            if position == 0:
                index[node] = low[node] = len(index)
                open_nodes.append(node)
                is_open.add(node)
            targets = graph.get(node, [])
            for place in range(position, len(targets)):
                child = targets[place]
                if child not in index:
                    work += [(node, place + 1), (child, 0)]
                    break
                if child in is_open:
                    low[node] = min(low[node], index[child])
            else:
                if low[node] == index[node]:
                    group: list[str] = []
                    while not group or group[-1] != node:
                        group.append(open_nodes.pop())
                        is_open.discard(group[-1])
                    if len(group) > 1 or node in targets:
                        found.append(sorted(group))
                if work:
                    parent = work[-1][0]
                    low[parent] = min(low[parent], low[node])
    return found
