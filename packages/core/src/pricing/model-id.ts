/**
 * A model's name as the price table spells it: without the date of its release (`-20250929`, Vertex' `@20250929`),
 * the suffix that old clients add for long contexts (`[1m]`), and what a provider puts around it
 * (`us.anthropic.…-v1:0`, `arn:aws:bedrock:…/…`, `anthropic/…`). What it does not know stays as it is.
 */
export function modelId(name: string): string {
  return name
    .trim()
    .toLowerCase()
    .replace(/(\[[^\]]*\])+$/, '')
    .replace(/^.*\//, '')
    .replace(/^(?:[a-z]{2,6}\.)?anthropic\./, '')
    .replace(/^(claude-.*)-v\d+(?::\d+\w*)*$/, '$1')
    .replace(/@(?:\d{8}|latest|default)$|-(?:20\d{6}|latest)$/, '')
    .replace(/^(claude-.*)-v\d+$/, '$1');
}
