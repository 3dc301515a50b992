/** What kind of text is found. */
export const searchKinds = ['prompt', 'answer', 'tool-input', 'tool-result', 'thinking'] as const;

export type SearchKind = (typeof searchKinds)[number];
