import { sizeWords } from '@telltale/core';
import { isRecord, type OpenedAction } from '../opened/opened-action.ts';
import { textBlocks } from './shell-run.ts';

interface WebLink {
  title: string;
  url: string;
}

export interface WebResult {
  /** `200 OK`, `12 kB`. */
  facts: string[];
  links: WebLink[];
  /** The answer, in Markdown. */
  text: string;
}

/** What WebFetch and WebSearch brought back. */
export function webResult({ response }: OpenedAction): WebResult {
  const fields = isRecord(response) ? response : {};
  const facts: string[] = [];
  if (typeof fields.code === 'number')
    facts.push(`${fields.code} ${typeof fields.codeText === 'string' ? fields.codeText : ''}`.trim());
  if (typeof fields.bytes === 'number') facts.push(sizeWords(fields.bytes));
  if (typeof fields.result === 'string') return { facts, links: [], text: fields.result };
  const results = Array.isArray(fields.results) ? fields.results : [];
  const links = results
    .flatMap((result) => (isRecord(result) && Array.isArray(result.content) ? result.content : [result]))
    .flatMap(linkOf);
  const said = results.filter((result) => typeof result === 'string').join('\n\n');
  return { facts, links, text: said || (typeof response === 'string' ? response : textBlocks(response)) };
}

function linkOf(value: unknown): WebLink[] {
  if (!isRecord(value) || typeof value.url !== 'string' || !isWebAddress(value.url)) return [];
  return [{ url: value.url, title: typeof value.title === 'string' ? value.title : value.url }];
}

/** Nothing else may become a link: a payload's `javascript:` least of all. */
export function isWebAddress(url: string): boolean {
  return /^https?:\/\//i.test(url);
}
