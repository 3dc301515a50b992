/** What kind of text is found; `summary`: what a compaction left. Stored as the place in this list: add at the end. */
export const searchKinds = ['prompt', 'answer', 'tool-input', 'tool-result', 'thinking', 'summary'] as const;

export type SearchKind = (typeof searchKinds)[number];
