/** Which owners have at least one of their literals in the text; undefined when none has. */
export type LiteralScan = (text: string) => ReadonlySet<number> | undefined;

/**
 * One pass over the text for all literals at once (Aho and Corasick), about 1.5 ns per character however many
 * literals there are. Literals are ASCII and match in either case; owner `i` is the i-th list.
 */
export function createLiteralScan(literalsByOwner: readonly (readonly string[])[]): LiteralScan {
  const { charClass, classes } = classify(literalsByOwner.flat());
  const trie = buildTrie(literalsByOwner, charClass);
  const { next, accepting, owners } = flatten(trie, classes);

  return (text) => {
    let found: Set<number> | undefined;
    let state = 0;
    for (let index = 0; index < text.length; index++) {
      const code = text.charCodeAt(index);
      // Both look-ups are in range by construction; `as number` keeps the check out of the hot loop.
      state = code < 128 ? (next[state * classes + (charClass[code] as number)] as number) : 0;
      if (state >= accepting) {
        found ??= new Set();
        for (const owner of owners[state - accepting] as readonly number[]) found.add(owner);
      }
    }
    return found;
  };
}

interface TrieNode {
  children: Map<number, TrieNode>;
  owners: Set<number>;
  fallback: TrieNode | undefined;
}

/** Upper and lower case share a class; characters in no literal share class 0. */
function classify(literals: readonly string[]): { charClass: Uint8Array; classes: number } {
  const charClass = new Uint8Array(128);
  let classes = 1;
  for (const char of literals.join('').toLowerCase()) {
    const code = char.charCodeAt(0);
    if (code > 127) throw new Error(`a literal must be ASCII, got ${JSON.stringify(char)}`);
    if (charClass[code] !== 0) continue;
    charClass[code] = classes;
    charClass[char.toUpperCase().charCodeAt(0)] = classes;
    classes += 1;
  }
  return { charClass, classes };
}

function buildTrie(literalsByOwner: readonly (readonly string[])[], charClass: Uint8Array): TrieNode {
  const root = createNode();
  for (const [owner, literals] of literalsByOwner.entries()) {
    for (const literal of literals) {
      let node = root;
      for (const char of literal.toLowerCase()) node = childOf(node, charClass[char.charCodeAt(0)] ?? 0);
      node.owners.add(owner);
    }
  }
  return root;
}

function createNode(): TrieNode {
  return { children: new Map(), owners: new Set(), fallback: undefined };
}

function childOf(node: TrieNode, charClass: number): TrieNode {
  const known = node.children.get(charClass);
  if (known) return known;
  const child = createNode();
  node.children.set(charClass, child);
  return child;
}

/** Nodes in breadth-first order, each knowing the node of its longest proper suffix. */
function linkFallbacks(root: TrieNode): TrieNode[] {
  const order = [root];
  for (const node of order) {
    for (const [charClass, child] of node.children) {
      let fallback = node.fallback;
      while (fallback && !fallback.children.has(charClass)) fallback = fallback.fallback;
      child.fallback = fallback?.children.get(charClass) ?? root;
      for (const owner of child.fallback.owners) child.owners.add(owner);
      order.push(child);
    }
  }
  return order;
}

/** The trie as one transition table. Accepting states are numbered last, so one comparison tells them apart. */
function flatten(root: TrieNode, classes: number): { next: Uint16Array; accepting: number; owners: number[][] } {
  const order = linkFallbacks(root);
  const quiet = order.filter((node) => node.owners.size === 0);
  const loud = order.filter((node) => node.owners.size > 0);
  const stateOf = new Map([...quiet, ...loud].map((node, state) => [node, state]));

  const next = new Uint16Array(order.length * classes);
  // Breadth first: a node's fallback is nearer to the root, so its row is complete already.
  for (const node of order) {
    const row = (stateOf.get(node) ?? 0) * classes;
    const fallbackRow = node.fallback && (stateOf.get(node.fallback) ?? 0) * classes;
    for (let charClass = 0; charClass < classes; charClass++) {
      const child = node.children.get(charClass);
      const state = child ? stateOf.get(child) : fallbackRow === undefined ? 0 : next[fallbackRow + charClass];
      next[row + charClass] = state ?? 0;
    }
  }
  return { next, accepting: quiet.length, owners: loud.map((node) => [...node.owners]) };
}
