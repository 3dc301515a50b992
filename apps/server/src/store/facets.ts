import type { Facets as FacetsView, NewEvent } from '@telltale/core';
import type { Database } from 'better-sqlite3';

export interface Facets {
  /** Notes what an event can be found by, inside a transaction. */
  add(event: NewEvent): void;
  addOf(kind: keyof FacetsView, value: string): void;
  /** Everything noted, sorted. */
  read(): FacetsView;
  forget(): void;
}

/** Values per kind at most: the filter box completes, it does not list. */
const maxValues = 1000;

/** What the filter box can be completed with. Kept as it is met: a DISTINCT over a million rows is too slow. */
export function createFacets(database: Database): Facets {
  const insert = database.prepare('INSERT INTO facets (kind, value) VALUES (?, ?) ON CONFLICT DO NOTHING');
  const all = database.prepare<[], { kind: keyof FacetsView; value: string }>('SELECT kind, value FROM facets');
  let known = readKnown();

  function readKnown(): Record<keyof FacetsView, Set<string>> {
    const sets = {
      apps: new Set<string>(),
      tools: new Set<string>(),
      names: new Set<string>(),
      models: new Set<string>(),
      branches: new Set<string>(),
      users: new Set<string>(),
      hosts: new Set<string>(),
      repos: new Set<string>(),
      providers: new Set<string>(),
      agents: new Set<string>(),
      // Kept with the annotations, which are few: see annotations.ts.
      labels: new Set<string>(),
    };
    for (const { kind, value } of all.iterate()) sets[kind].add(value);
    return sets;
  }

  function addOf(kind: keyof FacetsView, value: string): void {
    const values = known[kind];
    if (values.has(value) || values.size >= maxValues) return;
    values.add(value);
    insert.run(kind, value);
  }

  return {
    add(event) {
      addOf('apps', event.app);
      addOf('names', event.name);
      if (event.toolName !== undefined) addOf('tools', event.toolName);
      if (event.model !== undefined) addOf('models', event.model);
      if (event.agentType !== undefined) addOf('agents', event.agentType);
      if (event.origin?.user !== undefined) addOf('users', event.origin.user);
    },
    addOf,
    read() {
      const sorted = (values: Set<string>) => [...values].sort((a, b) => a.localeCompare(b));
      return {
        apps: sorted(known.apps),
        tools: sorted(known.tools),
        names: sorted(known.names),
        models: sorted(known.models),
        branches: sorted(known.branches),
        users: sorted(known.users),
        hosts: sorted(known.hosts),
        repos: sorted(known.repos),
        providers: sorted(known.providers),
        agents: sorted(known.agents),
        labels: sorted(known.labels),
      };
    },
    forget() {
      known = readKnown();
    },
  };
}
