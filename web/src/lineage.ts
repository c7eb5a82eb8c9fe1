// Order along the lineage: what feeds comes before what is fed, names decide between equals.
import type { LineageEdge } from './api';

/** Who feeds whom, pipeline to pipeline; datasets in between are followed through. Bounded by the size of the graph. */
export function feeds(edges: LineageEdge[]): Map<string, Set<string>> {
  const next = new Map<string, string[]>();
  for (const { from, to } of edges) next.set(from, [...(next.get(from) ?? []), to]);
  const out = new Map<string, Set<string>>();
  for (const node of next.keys()) {
    const name = pipelineName(node);
    if (name !== undefined) out.set(name, reach(node, next));
  }
  return out;
}

function reach(from: string, next: Map<string, string[]>): Set<string> {
  const found = new Set<string>();
  const seen = new Set([from]);
  const queue = [...(next.get(from) ?? [])];
  for (let node = queue.shift(); node !== undefined; node = queue.shift()) {
    if (seen.has(node)) continue;
    seen.add(node);
    const name = pipelineName(node);
    if (name !== undefined) found.add(name);
    else queue.push(...(next.get(node) ?? []));
  }
  return found;
}

function pipelineName(node: string): string | undefined {
  return node.startsWith('pipeline:') ? node.slice('pipeline:'.length) : undefined;
}

/** Names in lineage order; `depth` is the longest way from a source. Members of a cycle follow by name, at depth 0. */
export function lineageOrder(names: string[], fed: Map<string, Set<string>>): { name: string; depth: number }[] {
  const known = new Set(names);
  const waitsFor = new Map(names.map((n) => [n, 0]));
  for (const [from, targets] of fed) {
    if (!known.has(from)) continue;
    for (const to of targets) if (known.has(to) && to !== from) waitsFor.set(to, waitsFor.get(to)! + 1);
  }
  const depth = new Map<string, number>();
  const ready = names.filter((n) => waitsFor.get(n) === 0).sort();
  for (const n of ready) depth.set(n, 0);
  const out: { name: string; depth: number }[] = [];
  for (let name = ready.shift(); name !== undefined; name = ready.shift()) {
    const at = depth.get(name)!;
    out.push({ name, depth: at });
    const freed: string[] = [];
    for (const to of fed.get(name) ?? []) {
      if (!known.has(to) || to === name) continue;
      depth.set(to, Math.max(depth.get(to) ?? 0, at + 1));
      waitsFor.set(to, waitsFor.get(to)! - 1);
      if (waitsFor.get(to) === 0) freed.push(to);
    }
    ready.unshift(...freed.sort()); /* a chain stays together */
  }
  const placed = new Set(out.map((o) => o.name));
  return [...out, ...names.filter((n) => !placed.has(n)).sort().map((name) => ({ name, depth: 0 }))];
}

/** Pipelines that feed `name`, sorted. */
export function feedersOf(name: string, fed: Map<string, Set<string>>): string[] {
  return [...fed].filter(([from, to]) => from !== name && to.has(name)).map(([from]) => from).sort();
}
