import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { entriesOf, sessionsOf, transcriptScenarios } from '../../fixtures/transcript.ts';
import { sessionFromTranscript } from '../../fixtures/transcript-session.ts';
import { buildStory } from '../story.ts';
import { queuedPrompt, userRow } from '../transcript/said.ts';
import type { TranscriptEntry } from '../transcript-entry.ts';
import { lineFacts } from './transcript.ts';

describe('lineFacts', () => {
  it('takes the facts and keeps the line', () => {
    const line = {
      type: 'user',
      uuid: 'u-1',
      timestamp: '2026-11-21T02:22:48.811+01:00',
      message: { role: 'user', content: 'hello' },
      somethingNew: { kept: true },
    };
    expect(lineFacts(line)).toEqual({ type: 'user', uuid: 'u-1', at: '2026-11-21T01:22:48.811Z', line });
  });

  it('keeps what it does not know, and leaves out what is no time', () => {
    expect(lineFacts({ type: 'hologram' })).toEqual({ type: 'hologram', line: { type: 'hologram' } });
    expect(lineFacts({ timestamp: 'soon' })).toEqual({ type: 'unknown', line: { timestamp: 'soon' } });
  });

  it('reads every recorded line, and a story any JSON at all', () => {
    for (const scenario of transcriptScenarios) {
      for (const id of sessionsOf(scenario)) expect(entriesOf(scenario, id).length).toBeGreaterThan(3);
    }
    const type = fc.constantFrom('user', 'assistant', 'system', 'attachment', 'summary', 'ai-title');
    fc.assert(
      fc.property(
        type,
        fc.dictionary(fc.constantFrom('message', 'attachment', 'toolUseResult', 'subtype', 'origin'), fc.jsonValue()),
        (kind, line) => {
          const entry: TranscriptEntry = { seq: 1, sessionId: 's', type: kind, at: '2026-11-21T01:00:00.000Z', line };
          expect(sessionFromTranscript([entry], { sessionId: 's', now: 0 })).toMatchObject({ id: 's' });
        },
      ),
      { numRuns: 500 },
    );
  });
});

describe('userRow', () => {
  const kind = (content: unknown, more: Record<string, unknown> = {}) => userRow({ message: { content }, ...more });

  it('tells typed prompts from everything else that stands in the user’s name', () => {
    expect(kind('fix it')).toEqual({ kind: 'typed', text: 'fix it' });
    expect(
      kind([
        { type: 'text', text: 'fix' },
        { type: 'text', text: 'it' },
      ]),
    ).toEqual({ kind: 'typed', text: 'fix\nit' });
    expect(kind([{ type: 'tool_result', tool_use_id: 't', content: 'ok' }])).toEqual({ kind: 'tool-results' });
    expect(kind([{ type: 'text', text: '[Request interrupted by user for tool use]' }])).toEqual({ kind: 'interrupt' });
    expect(kind('Caveat', { isMeta: true })).toEqual({ kind: 'meta' });
    expect(kind('<system-reminder>\nmind</system-reminder>')).toEqual({ kind: 'meta' });
    expect(kind('This session is being continued …', { isCompactSummary: true })).toEqual({ kind: 'compact-summary' });
    expect(kind('<local-command-stdout>$1</local-command-stdout>')).toEqual({ kind: 'command-output' });
    expect(kind('')).toEqual({ kind: 'meta' });
  });

  it('tells the client’s own commands from custom ones, which somebody typed', () => {
    const command = (name: string, args: string) =>
      `<command-name>/${name}</command-name>\n <command-message>${name}</command-message>\n <command-args>${args}</command-args>`;
    expect(kind(command('compact', 'keep names'))).toEqual({ kind: 'command', text: '/compact keep names' });
    expect(kind(command('deploy', 'staging'))).toEqual({ kind: 'typed', text: '/deploy staging' });
    expect(kind('<bash-input>ls -l</bash-input>')).toEqual({ kind: 'command', text: '!ls -l' });
  });

  it('tells reports of background tasks by their origin (new) and by their text (old)', () => {
    const text = '<task-notification><task-id>a</task-id></task-notification>';
    expect(kind(text)).toEqual({ kind: 'notification', text });
    expect(kind('done', { origin: { kind: 'task-notification' } })).toEqual({ kind: 'notification', text: 'done' });
    expect(kind('done', { turnOrigin: 'task_notification' })).toEqual({ kind: 'notification', text: 'done' });
  });

  it('reads what was typed while the agent worked', () => {
    expect(queuedPrompt({ attachment: { type: 'queued_command', prompt: 'hurry', commandMode: 'prompt' } })).toEqual({
      kind: 'typed',
      text: 'hurry',
    });
    expect(queuedPrompt({ attachment: { type: 'date', date: '2026-11-21' } })).toBeUndefined();
  });
});

describe('a session that only its transcript tells', () => {
  it('makes a session of a recorded transcript', () => {
    const [id = ''] = sessionsOf('subagents');
    const session = sessionFromTranscript(entriesOf('subagents', id), {
      sessionId: id,
      now: Date.UTC(2026, 10, 21, 3),
    });
    expect(session).toEqual({
      id,
      app: 'project-0',
      title:
        '[play subagents dir=/home/dev/projects/subagents-eXdpvD/project-0] Have two helpers look at the two files.',
      cwd: '/home/dev/projects/subagents-eXdpvD/project-0',
      entrypoint: 'sdk-cli',
      state: 'ended',
      group: 'done',
      startedAt: '2026-11-21T01:22:51.430Z',
      endedAt: '2026-11-21T01:22:53.021Z',
      lastEventAt: '2026-11-21T01:22:53.021Z',
      lastSeq: 0,
      model: 'claude-opus-5-5',
      permissionMode: 'bypassPermissions',
      prompts: 1,
      tools: 6,
      failures: 1,
      subagents: 2,
      waitedMs: 0,
      lastLine: 'Both helpers are back.',
      waiting: [],
      trouble: [],
      agents: expect.arrayContaining([
        {
          id: 'a52dd678aedf78e37',
          type: 'general-purpose',
          description: 'Look at left.txt',
          toolUseId: 'toolu_SXodzCdkcnkHzEiNqt9eAX',
          startedAt: '2026-11-21T01:22:51.804Z',
          endedAt: '2026-11-21T01:22:52.905Z',
          tools: 2,
          failures: 1,
          background: false,
          lastLine: 'Bash cat left.txt; exit 4',
        },
      ]),
      knownFrom: 'transcript',
    });
  });

  it('is the same whichever file came first, cut anywhere', () => {
    for (const scenario of transcriptScenarios) {
      for (const id of sessionsOf(scenario)) {
        const files = filesOf(entriesOf(scenario, id));
        const told = (entries: TranscriptEntry[]) =>
          sessionFromTranscript(entries, { sessionId: id, now: Date.UTC(2027, 0) });
        const whole = told(files.flat());
        expect(told([...files].reverse().flat())).toEqual(whole);
        expect(told(dealtOut(files))).toEqual(whole);
      }
    }
  });

  it('takes from the meta of a subagent what nothing else tells', () => {
    const [id = ''] = sessionsOf('subagents');
    const entries = entriesOf('subagents', id).filter((entry) => entry.agentId !== undefined);
    const meta = { agentType: 'Explore', description: 'Look around', toolUseId: 'toolu_9' };
    const agentId = entries[0]?.agentId ?? '';
    const line: TranscriptEntry = { seq: 99, sessionId: id, agentId, type: 'agent-meta', line: meta };
    const told = (all: TranscriptEntry[]) => sessionFromTranscript(all, { sessionId: id, now: Date.UTC(2027, 0) });
    const first = told([line, ...entries]);
    expect(first?.agents.find((agent) => agent.id === agentId)).toMatchObject({
      type: 'Explore',
      description: 'Look around',
      toolUseId: 'toolu_9',
    });
    expect(told([...entries, line, line])).toEqual(first);
    const { items = [] } = buildStory({ events: [], entries: [...entries, line] }).turns[0] ?? {};
    expect(items.find((item) => item.kind === 'subagent' && item.agentId === agentId)).toMatchObject({
      agentType: 'Explore',
      description: 'Look around',
    });
  });

  it('counts a subagent once, also where there are too many to keep', () => {
    const entries = [1, 2].flatMap(() =>
      Array.from({ length: 100 }, (_, n): TranscriptEntry => ({ ...prompt, agentId: `a${n}` })),
    );
    const session = sessionOf(prompt, ...entries);
    expect(session?.subagents).toBe(100);
    expect(session?.agents).toHaveLength(60);
  });

  const at = '2026-11-21T09:00:00.000Z';
  const entry = (type: string, line: Record<string, unknown>): TranscriptEntry => ({
    seq: 1,
    sessionId: 's',
    type,
    at,
    line,
  });
  const prompt = entry('user', {
    message: { content: 'first words' },
    cwd: '/home/dev/shop/.claude/worktrees/fix',
    gitBranch: 'worktree-fix',
  });
  const sessionOf = (...entries: TranscriptEntry[]) =>
    sessionFromTranscript(entries, { sessionId: 's', now: Date.parse(at) + 1000 });

  it('prefers its own title, then the client’s, then a summary, then the first words', () => {
    const summary = entry('summary', { summary: 'Summed up' });
    const ai = entry('ai-title', { aiTitle: 'Made up' });
    const custom = entry('custom-title', { customTitle: 'Mine' });
    expect(sessionOf(custom, prompt, summary, ai)?.title).toBe('Mine');
    expect(sessionOf(prompt, ai, summary)?.title).toBe('Made up');
    expect(sessionOf(summary, prompt)?.title).toBe('Summed up');
    expect(sessionOf(prompt)?.title).toBe('first words');
  });

  it('belongs to the main repository of its worktree, and knows how its last turn stands', () => {
    expect(sessionOf(prompt)).toMatchObject({
      app: 'shop',
      worktree: 'fix',
      branch: 'worktree-fix',
      state: 'working',
      group: 'working',
    });
    const answer = entry('assistant', {
      message: { model: 'opus', content: [{ type: 'text', text: 'Done.' }], stop_reason: 'end_turn' },
    });
    expect(sessionOf(prompt, answer)).toMatchObject({
      state: 'idle',
      group: 'your-turn',
      turnFinishedAt: at,
      lastLine: 'Done.',
    });
    const error = entry('assistant', {
      isApiErrorMessage: true,
      message: { model: '<synthetic>', content: [{ type: 'text', text: 'API Error' }] },
    });
    expect(sessionOf(prompt, error)).toMatchObject({ state: 'failed', endedAt: at });
    expect(sessionFromTranscript([prompt], { sessionId: 's', now: Date.parse(at) + 20 * 60_000 })).toMatchObject({
      state: 'ended',
    });
  });

  it('is nothing without a time', () => {
    expect(
      sessionFromTranscript([{ seq: 1, sessionId: 's', type: 'summary', line: { summary: 'x' } }], {
        sessionId: 's',
        now: 0,
      }),
    ).toBeUndefined();
  });
});

function filesOf(entries: readonly TranscriptEntry[]): TranscriptEntry[][] {
  const agents = new Set(entries.map((entry) => entry.agentId));
  return [...agents].map((agentId) => entries.filter((entry) => entry.agentId === agentId));
}

/** One entry of each file in turn. */
function dealtOut(files: readonly TranscriptEntry[][]): TranscriptEntry[] {
  const longest = Math.max(...files.map((file) => file.length));
  return Array.from({ length: longest }, (_, index) => files.flatMap((file) => file[index] ?? [])).flat();
}
