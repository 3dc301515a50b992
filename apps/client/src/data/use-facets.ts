import type { Facets } from '@telltale/core';
import { shallowReadonly, shallowRef } from 'vue';
import { api } from './api.ts';

const nothing: Facets = {
  ...{ apps: [], tools: [], names: [], models: [], branches: [], users: [] },
  ...{ hosts: [], repos: [], providers: [], agents: [], labels: [] },
};
const staleAfterMs = 15_000;
const facets = shallowRef<Facets>(nothing);
let askedAt = Number.NEGATIVE_INFINITY;

/** What exists, for completion; asked for when the box is entered, not on load. */
export function useFacets() {
  return { facets: shallowReadonly(facets), refresh };
}

async function refresh(): Promise<void> {
  if (performance.now() - askedAt < staleAfterMs) return;
  askedAt = performance.now();
  try {
    facets.value = await api.facets();
  } catch {
    // Completion of values has to wait; keys complete without them.
    askedAt = Number.NEGATIVE_INFINITY;
  }
}
