import type { ExportFacts, ExportSources } from '@telltale/core/export';
import { storyOf } from '@telltale/core/export';
import { type SessionMark, type StoryTurn, turnLine } from '@telltale/core/story';
import { durationWords, moneyWords, oneLine, plural } from '@telltale/core/words';
import { costHtml, costWords } from './costs.ts';
import { documentHead } from './document.ts';
import { escapeHtml } from './escape.ts';
import { createPageMarks, type PageMarks } from './marks.ts';
import { stepHtml } from './steps.ts';
import { style } from './style.ts';

/** A session as one file that reads like its page; piece by piece, prompt by prompt. */
export function* pageHtml(sources: ExportSources, facts: ExportFacts): Iterable<string> {
  const story = storyOf(sources);
  const { session, cost } = sources;
  const marks = createPageMarks(sources, story);
  const title = session.title ?? `Session ${session.id.slice(0, 8)}`;
  const costOfPrompt = new Map(cost?.byPrompt.map((part) => [part.key, part]));
  yield documentHead({ title: oneLine(title, 120), version: facts.version, style });
  yield headHtml(sources, title);
  yield marks.ofSession;
  yield contentsHtml(story.turns);
  yield marks.bookmarks;
  yield '<main>\n';
  for (const [index, turn] of story.turns.entries()) {
    yield turnHtml(turn, index, turn.promptId === undefined ? undefined : costOfPrompt.get(turn.promptId), marks);
  }
  yield story.after.map((mark) => markHtml(mark, marks)).join('');
  yield `${cost ? costHtml(cost) : ''}</main>\n${footHtml(sources, facts)}</body>\n</html>\n`;
}

function headHtml({ session, cost }: ExportSources, title: string): string {
  const end = session.endedAt ?? session.lastEventAt;
  const facts = [
    session.state,
    session.branch === undefined ? session.app : `${session.app} · ${session.branch}`,
    ...(session.worktree === undefined ? [] : [`worktree ${session.worktree}`]),
    ...originOf(session),
    `${timeWords(session.startedAt)} · ${durationWords(Math.max(0, Date.parse(end) - Date.parse(session.startedAt)))}`,
    plural(session.prompts, 'prompt'),
    plural(session.tools, 'tool'),
    ...(session.subagents > 0 ? [plural(session.subagents, 'subagent')] : []),
    ...(session.failures > 0 ? [`${session.failures} failed`] : []),
    ...(session.waitedMs >= 1000 ? [`waited ${durationWords(session.waitedMs)}`] : []),
    ...(session.model === undefined ? [] : [session.model]),
  ];
  const told = facts.map((fact) => `<span>${escapeHtml(fact)}</span>`).join('');
  const money = costWords(cost);
  return `<header class="head"><h1>${escapeHtml(oneLine(title, 300))}</h1><p class="facts">${told}</p>${
    money === undefined ? '' : `<p class="facts cost">${escapeHtml(money)}</p>`
  }</header>\n`;
}

/** Who ran it and where: `ada@ws`, `github.com/acme/shop at 9f86d081884c`. Of a masked session these are masked already. */
function originOf({ user, host, repo, commit }: ExportSources['session']): string[] {
  const at = commit === undefined ? undefined : commit.slice(0, 12);
  const code = repo === undefined ? at && `commit ${at}` : at === undefined ? repo : `${repo} at ${at}`;
  return [[user, host].filter((one) => one !== undefined).join('@'), code ?? ''].filter((words) => words !== '');
}

function contentsHtml(turns: readonly StoryTurn[]): string {
  const typed = turns.flatMap((turn, index) => (turn.number === undefined ? [] : [{ turn, index }]));
  if (typed.length < 3) return '';
  const items = typed.map(
    ({ turn, index }) =>
      `<li value="${turn.number}"><a href="#prompt-${index}">${escapeHtml(turnLine(turn, 100))}</a></li>`,
  );
  return `<details class="contents"><summary>${plural(typed.length, 'prompt')}</summary><ol>${items.join('')}</ol></details>\n`;
}

function turnHtml(
  turn: StoryTurn,
  index: number,
  cost: { costUsd: number; estimatedUsd: number } | undefined,
  marks: PageMarks,
): string {
  const before = turn.before.map((mark) => markHtml(mark, marks)).join('');
  const steps = `<div class="steps">${turn.items.map((item) => stepHtml(item, marks)).join('')}</div>`;
  const open = `<section class="turn ${turn.kind}" id="prompt-${index}">`;
  if (turn.kind === 'none') return `${before}${open}${steps}</section>\n`;
  const facts = [
    timeWords(turn.at),
    ...(turn.state === 'done' ? [] : [turn.state]),
    ...(turn.durationMs === undefined ? [] : [durationWords(turn.durationMs)]),
    ...(turn.tools > 0 ? [plural(turn.tools, 'tool')] : []),
    ...(turn.failures > 0 ? [`${turn.failures} failed`] : []),
    ...(turn.waitedMs >= 1000 ? [`waited ${durationWords(turn.waitedMs)}`] : []),
    ...(turn.images.length > 0 ? [plural(turn.images.length, 'picture')] : []),
    ...(cost ? [moneyWords(cost.costUsd, cost.estimatedUsd > 0)] : []),
  ];
  return `${before}${open}<div class="prompt">${promptHtml(turn)}<p class="facts">${escapeHtml(facts.join(' · '))}</p></div>${marks.ofTurn(turn)}${steps}</section>\n`;
}

/** The first line is the heading, what follows is text: a prompt may hold a whole log. */
function promptHtml(turn: StoryTurn): string {
  const number = turn.number === undefined ? '' : `<span class="number">${turn.number} · </span>`;
  if (turn.kind === 'notification') {
    const heading = `<h2>${escapeHtml(turnLine(turn, 200))}</h2>`;
    return `${heading}<details><summary class="muted">as it came</summary><p class="rest">${escapeHtml(turn.text)}</p></details>`;
  }
  const text = turn.text.trim();
  const lines = text.split('\n');
  if (lines.length === 1 && text.length <= 400) return `<h2>${number}${escapeHtml(text)}</h2>`;
  const [first = ''] = lines;
  const rest = `<p class="rest">${escapeHtml(text)}</p>`;
  const isLong = lines.length > 30 || text.length > 3000;
  const whole = isLong
    ? `<details><summary class="muted">${plural(lines.length, 'line')}</summary>${rest}</details>`
    : rest;
  return `<h2>${number}${escapeHtml(oneLine(first, 160))}</h2>${whole}`;
}

function markHtml(mark: SessionMark, marks: PageMarks): string {
  return `<p class="mark-line">${escapeHtml(mark.words)}</p>\n${marks.ofMark(mark)}`;
}

function footHtml({ session }: ExportSources, { version, exportedAt, isMasked }: ExportFacts): string {
  const masked = isMasked ? 'Secrets and personal data are masked.' : 'Secrets are masked, personal data is not.';
  const lacks = session.pruned?.length ? ` Retention took a part of it: ${session.pruned.join(', ')}.` : '';
  return `<footer class="foot"><p>Session ${escapeHtml(session.id)}, exported by Telltale ${escapeHtml(version)}, ${timeWords(exportedAt)}. ${masked}${lacks} Times are UTC.</p></footer>\n`;
}

function timeWords(at: string): string {
  return `${at.slice(0, 10)} ${at.slice(11, 16)}`;
}
