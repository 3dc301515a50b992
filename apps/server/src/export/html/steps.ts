import { type Fields, isFields, toolLabel } from '@telltale/core';
import type { ActionItem, StoryItem, SubagentItem } from '@telltale/core/story';
import { itemLine } from '@telltale/core/story';
import { durationWords, plural, sizeWords } from '@telltale/core/words';
import { diffHtml } from './diff.ts';
import { escapeHtml } from './escape.ts';
import { markdownHtml } from './markdown.ts';
import type { PageMarks } from './marks.ts';

/** One item of the story as the session page tells it, with what people put on it; what is long is folded. */
export function stepHtml(item: StoryItem, pageMarks: PageMarks): string {
  return toldHtml(item, pageMarks) + pageMarks.ofItem(item);
}

function toldHtml(item: StoryItem, pageMarks: PageMarks): string {
  switch (item.kind) {
    case 'text':
      return `<div class="said${item.isAnswer ? ' answer' : ''}">${markdownHtml(item.text)}</div>`;
    case 'thinking':
      return thoughtHtml(item.text, item.durationMs);
    case 'action':
      return callHtml(item);
    case 'subagent':
      return subagentHtml(item, pageMarks);
    case 'queued-prompt':
      return `<div class="said queued"><span class="label">${item.isTyped ? 'said meanwhile' : 'reported'}</span>${plain(item.text)}</div>`;
    case 'wait':
      return line(`wait ${item.answer}`, item.answer === 'denied' ? '⊘' : '▲', itemLine(item, 400));
    case 'compaction': {
      const words = itemLine(item, 400);
      if (item.summary === undefined) return line('compaction', '⇥', words);
      const head = `<span class="mark" aria-hidden="true">⇥</span> ${escapeHtml(words)}`;
      return folded('compaction', head, markdownHtml(item.summary));
    }
    case 'api-error':
    case 'stop-failure':
      return line('trouble', '✕', item.text);
    case 'interrupt':
      return line('trouble', '◼', itemLine(item));
    default:
      return line('notice', '·', itemLine(item, 2000));
  }
}

const marks: Readonly<Record<string, string>> = {
  ok: '✓',
  failed: '✕',
  'never-ran': '✕',
  denied: '⊘',
  interrupted: '◼',
  waiting: '▲',
  running: '…',
};
const troubled = new Set(['failed', 'never-ran', 'denied', 'interrupted']);

function callHtml(item: ActionItem): string {
  const { action, input, response, error, images } = item;
  const label = toolLabel(action.toolName ?? '');
  const words = action.summary.startsWith(label) ? action.summary.slice(label.length).trim() : action.summary;
  const facts = [
    ...(action.state === 'ok' ? [] : [action.state]),
    ...(action.durationMs === undefined ? [] : [durationWords(action.durationMs)]),
    ...(action.waitedMs === undefined || action.waitedMs < 1000 ? [] : [`waited ${durationWords(action.waitedMs)}`]),
  ];
  const head =
    `<span class="mark" aria-hidden="true">${marks[action.state] ?? '·'}</span> <strong>${escapeHtml(label)}</strong> ` +
    `<span class="subject">${escapeHtml(words)}</span> <span class="facts">${escapeHtml(facts.join(' · '))}</span>`;
  const failure = error ?? action.errorLine;
  const diff = diffHtml(input, response);
  const body = [
    failure === undefined ? '' : `<pre class="failure" tabindex="0">${escapeHtml(failure)}</pre>`,
    diff ?? '',
    part('input', diff === undefined ? fieldsHtml(input) : ''),
    part('output', diff === undefined && failure !== textOf(response) ? outputHtml(response) : ''),
    ...images.map(({ mediaType, data }) => pictureHtml(mediaType, data)),
  ].join('');
  return folded(
    `call ${troubled.has(action.state) ? 'troubled' : action.state}`,
    head,
    body || '<p>Nothing more is known.</p>',
  );
}

function subagentHtml(item: SubagentItem, pageMarks: PageMarks): string {
  const { agentType, description, prompt, durationMs, tools, failures, state, isBackground, call, items } = item;
  const facts = [
    ...(state === 'ok' ? [] : [state]),
    ...(isBackground ? ['in background'] : []),
    ...(durationMs === undefined ? [] : [durationWords(durationMs)]),
    plural(tools, 'tool'),
    ...(failures > 0 ? [`${failures} failed`] : []),
  ];
  const head =
    `<span class="mark" aria-hidden="true">↳</span> <strong>${escapeHtml(agentType ?? 'subagent')}</strong> ` +
    `<span class="subject">${escapeHtml(description ?? '')}</span> <span class="facts">${escapeHtml(facts.join(' · '))}</span>`;
  const body = [
    prompt === undefined ? '' : `<div class="brief"><span class="label">asked</span>${plain(prompt)}</div>`,
    ...items.map((one) => stepHtml(one, pageMarks)),
    part('result', items.length === 0 ? outputHtml(call?.response) : ''),
  ].join('\n');
  return folded(`agent ${state}`, head, body);
}

function thoughtHtml(text: string, durationMs: number | undefined): string {
  const lasted = durationMs === undefined ? '' : ` for ${durationWords(durationMs)}`;
  if (text.trim() === '') return line('thought', '·', `thought${lasted}`);
  const words = text.split(/\s+/).length;
  const head = `<span class="mark" aria-hidden="true">·</span> thought${lasted} <span class="facts">${plural(words, 'word')}</span>`;
  return folded('thought', head, plain(text));
}

function folded(kind: string, head: string, body: string): string {
  return `<details class="${kind}"><summary>${head}</summary><div class="body">${body}</div></details>\n`;
}

function line(kind: string, mark: string, words: string): string {
  return `<p class="line ${kind}"><span class="mark" aria-hidden="true">${mark}</span> ${escapeHtml(words)}</p>\n`;
}

function part(label: string, html: string): string {
  return html === '' ? '' : `<div class="part"><span class="label">${label}</span>${html}</div>`;
}

function plain(text: string): string {
  return `<p class="plain">${escapeHtml(text.trim())}</p>`;
}

/** One field is its text alone, more are a list of names and texts. */
function fieldsHtml(fields: Fields): string {
  const rows = Object.entries(fields).map(([key, value]) => [key, textOf(value)] as const);
  if (rows.length === 1 && rows[0]) return pre(rows[0][1]);
  const items = rows.map(
    ([key, text]) =>
      `<dt>${escapeHtml(key)}</dt><dd>${isShort(text) ? `<code>${escapeHtml(text)}</code>` : pre(text)}</dd>`,
  );
  return items.length === 0 ? '' : `<dl>${items.join('')}</dl>`;
}

function isShort(text: string): boolean {
  return text.length <= 120 && text !== '' && !text.includes('\n');
}

function outputHtml(response: unknown): string {
  if (response === undefined || response === null || response === '') return '';
  if (!isFields(response)) return pre(textOf(response));
  const read = isFields(response.file) ? response.file.content : undefined;
  if (typeof read === 'string') return pre(read);
  // What a shell printed reads as such; its other fields only where they say something.
  const { stdout, stderr, ...rest } = response;
  if (typeof stdout !== 'string') return fieldsHtml(response);
  const told = Object.entries(rest).filter(([, value]) => value !== false && value !== '' && value !== null);
  return [stdout, typeof stderr === 'string' ? stderr : ''].map(pre).join('') + fieldsHtml(Object.fromEntries(told));
}

function pre(text: string): string {
  return text === '' ? '' : `<pre tabindex="0">${escapeHtml(text)}</pre>`;
}

function textOf(value: unknown): string {
  return typeof value === 'string' ? value : (JSON.stringify(value, null, 2) ?? '');
}

function pictureHtml(mediaType: string, data: string | undefined): string {
  const isShown =
    /^image\/(?:png|jpeg|gif|webp)$/.test(mediaType) && data !== undefined && /^[A-Za-z0-9+/=]+$/.test(data);
  if (isShown) return `<img src="data:${mediaType};base64,${data}" alt="picture">`;
  return `<p class="plain">${escapeHtml(mediaType)} ${data === undefined ? '' : sizeWords(data.length * 0.75)}</p>`;
}
