import { type Annotation, type AnnotationTarget, targetKey } from '@telltale/core';
import type { ExportSources } from '@telltale/core/export';
import {
  itemLine,
  type PlaceIds,
  type SessionMark,
  type Story,
  type StoryItem,
  type StoryTurn,
  targetOfItem,
  targetOfPlace,
  targetOfTurn,
  turnLine,
} from '@telltale/core/story';
import { oneLine } from '@telltale/core/words';
import { escapeHtml } from './escape.ts';

/** What people put on a session, as HTML for where each of it stands. */
export interface PageMarks {
  ofSession: string;
  ofTurn(turn: StoryTurn): string;
  ofItem(item: StoryItem): string;
  /** Of where the session began, ended or went on. */
  ofMark(mark: SessionMark): string;
  /** The way to each bookmark, in the order of the story. */
  bookmarks: string;
}

export function createPageMarks(
  { annotations = [], labels = [], events, entries }: ExportSources,
  story: Story,
): PageMarks {
  if (annotations.length === 0 && labels.length === 0)
    return { ofSession: '', ofTurn: () => '', ofItem: () => '', ofMark: () => '', bookmarks: '' };
  const ids = placeIds({ events, entries });
  const byTarget = new Map<string, Annotation[]>();
  for (const one of annotations) {
    const key = targetKey(one);
    byTarget.set(key, [...(byTarget.get(key) ?? []), one]);
  }
  const on = (target: AnnotationTarget | undefined) => (target && byTarget.get(targetKey(target))) ?? [];
  const notes = (byTarget.get('') ?? []).filter(({ kind }) => kind === 'note');
  const ofTurn = (turn: StoryTurn) => on(targetOfTurn(turn, ids));
  const ofItem = (item: StoryItem) => on(targetOfItem(item, ids));
  const ofMark = (mark: SessionMark) => on(targetOfPlace(mark, ids));
  return {
    ofSession: marksHtml([...labels.map((text) => ({ kind: 'label', text }) as const), ...notes]),
    ofTurn: (turn) => marksHtml(ofTurn(turn)),
    ofItem: (item) => marksHtml(ofItem(item)),
    ofMark: (mark) => marksHtml(ofMark(mark)),
    bookmarks: bookmarksHtml(story, { ofTurn, ofItem, ofMark }),
  };
}

function placeIds({ events, entries }: Pick<ExportSources, 'events' | 'entries'>): PlaceIds {
  const eventIds = new Map(events.map(({ seq, id }) => [seq, id]));
  const uuids = new Map(entries.map(({ seq, uuid }) => [seq, uuid]));
  return { eventId: (seq) => eventIds.get(seq), entryUuid: (entry) => uuids.get(entry) };
}

function marksHtml(annotations: readonly (Pick<Annotation, 'kind' | 'text'> & { id?: string })[]): string {
  if (annotations.length === 0) return '';
  const parts = annotations.map(({ kind, text = '', id = '' }) => {
    if (kind === 'bookmark') return `<span class="bookmark" id="${anchorOf(id)}">bookmark</span>`;
    if (kind === 'label') return `<span class="tag">${escapeHtml(text)}</span>`;
    return `<p class="note">${escapeHtml(text)}</p>`;
  });
  return `<div class="marks">${parts.join(' ')}</div>\n`;
}

interface Annotated {
  ofTurn(turn: StoryTurn): readonly Annotation[];
  ofItem(item: StoryItem): readonly Annotation[];
  ofMark(mark: SessionMark): readonly Annotation[];
}

function bookmarksHtml({ turns, after }: Story, { ofTurn, ofItem, ofMark }: Annotated): string {
  const links: string[] = [];
  const add = (annotations: readonly Annotation[], words: () => string) => {
    for (const { kind, id } of annotations)
      if (kind === 'bookmark')
        links.push(`<li><a href="#${anchorOf(id)}">${escapeHtml(oneLine(words(), 100))}</a></li>`);
  };
  const walk = (items: readonly StoryItem[]) => {
    for (const item of items) {
      add(ofItem(item), () => itemLine(item, 100));
      if (item.kind === 'subagent') walk(item.items);
    }
  };
  const walkMarks = (marks: readonly SessionMark[]) => {
    for (const mark of marks) add(ofMark(mark), () => mark.words);
  };
  for (const turn of turns) {
    walkMarks(turn.before);
    add(ofTurn(turn), () => turnLine(turn, 100));
    walk(turn.items);
  }
  walkMarks(after);
  return links.length === 0
    ? ''
    : `<nav class="bookmarks" aria-label="Bookmarks"><h2>Bookmarks</h2><ul>${links.join('')}</ul></nav>\n`;
}

/** The service gives ids of letters, digits and dashes. */
function anchorOf(id: string): string {
  return `bookmark-${escapeHtml(id)}`;
}
