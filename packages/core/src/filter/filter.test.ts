import { describe, expect, it } from 'vitest';
import { completions } from './completions.ts';
import { hasTerm, toggleTerm } from './edit.ts';
import { formatFilter } from './format.ts';
import { explainEmpty, filterTermHits } from './hits.ts';
import { type FilterEvent, matches } from './match.ts';
import { withMe } from './me.ts';
import { parseFilter } from './parse.ts';
import { toSessionSql, toSql } from './sql.ts';

const errorsOf = (text: string) => parseFilter(text).errors.map(({ message }) => message);

describe('parseFilter', () => {
  it('reads every kind of term with its place', () => {
    expect(parseFilter('timeout -"exit code" tool:Bash,mcp__* -is:waiting duration>=1.5s since:2h')).toEqual({
      filter: {
        terms: [
          { kind: 'text', patterns: [['timeout']], negated: false, from: 0, to: 7 },
          { kind: 'text', patterns: [['exit code']], negated: true, from: 8, to: 20 },
          { kind: 'field', key: 'tool', patterns: [['Bash'], ['mcp__', '']], negated: false, from: 21, to: 37 },
          { kind: 'is', names: ['waiting'], negated: true, from: 38, to: 49 },
          { kind: 'duration', comparison: '>=', ms: 1500, negated: false, from: 50, to: 64 },
          { kind: 'since', agoMs: 7_200_000, negated: false, from: 65, to: 73 },
        ],
      },
      errors: [],
    });
  });

  it('takes flags, comparisons, times and quoted keys for text', () => {
    const texts = ['--verbose', 'a<b', 'src/app.ts:12', '"http://x y"', '-'];
    expect(parseFilter(texts.join(' ')).filter.terms.map((term) => 'patterns' in term && term.patterns)).toEqual([
      [['--verbose']],
      [['a<b']],
      [['src/app.ts:12']],
      [['http://x y']],
      [['-']],
    ]);
  });

  it('keeps commas, stars, quotes and backslashes that stand in quotes', () => {
    expect(
      parseFilter('app:"a, b",c "x*\\"y\\\\"').filter.terms.map((term) => 'patterns' in term && term.patterns),
    ).toEqual([[['a, b'], ['c']], [['x*"y\\']]]);
  });

  it('reads a date in the zone it is told, unless it names one', () => {
    const fromMs = (text: string) => {
      const term = parseFilter(text, { timeZone: 'Etc/GMT-2' }).filter.terms[0];
      return term?.kind === 'since-date' ? new Date(term.fromMs).toISOString() : term;
    };
    expect(fromMs('since:2026-11-20')).toBe('2026-11-19T22:00:00.000Z');
    expect(fromMs('since:2026-11-20T14:30')).toBe('2026-11-20T12:30:00.000Z');
    expect(fromMs('since:2026-11-20T14:30Z')).toBe('2026-11-20T14:30:00.000Z');
    const [until] = parseFilter('until:2026-11-20', { timeZone: 'Etc/GMT-2' }).filter.terms;
    expect(until).toMatchObject({ kind: 'until-date', toMs: Date.parse('2026-11-19T22:00:00.000Z') });
  });

  it.each([
    ['UTC', '2026-07-01', '2026-07-01T00:00'],
    ['Europe/Berlin', '2026-07-01', '2026-06-30T22:00'],
    ['Europe/Berlin', '2026-12-01', '2026-11-30T23:00'],
    ['Europe/Berlin', '2026-03-29T01:59', '2026-03-29T00:59'],
    ['Europe/Berlin', '2026-03-29T03:00', '2026-03-29T01:00'],
    ['America/St_Johns', '2026-12-01', '2026-12-01T03:30'],
    ['Asia/Kathmandu', '2026-12-01', '2026-11-30T18:15'],
    ['Mars/Olympus', '2026-12-01', '2026-12-01T00:00'],
  ])('%s: %s is %s UTC, whatever the season now', (timeZone, date, utc) => {
    const term = parseFilter(`since:${date}`, { timeZone }).filter.terms[0];
    expect(term).toMatchObject({ fromMs: Date.parse(`${utc}Z`) });
  });

  it('says in words what is wrong, where, and keeps the other terms', () => {
    expect(parseFilter('app:api tols:Bash')).toEqual({
      filter: { terms: [{ kind: 'field', key: 'app', patterns: [['api']], negated: false, from: 0, to: 7 }] },
      errors: [
        {
          message: 'there is no key "tols"; did you mean tool? to find it as text, put it in quotes',
          from: 8,
          to: 17,
        },
      ],
    });
    expect(errorsOf('duration>30')).toEqual([
      'duration needs a number and a unit (ms, s, m, h), for example duration>30s; got "duration>30"',
    ]);
    expect(errorsOf('cost:0.5 cost>much')).toEqual([
      'cost needs one of < <= > >=, for example cost>0.5; got "cost:0.5"',
      'cost needs dollars, for example cost>0.5; got "cost>much"',
    ]);
    expect(errorsOf('duration:30s')).toEqual([
      'duration needs one of < <= > >=, for example duration>30s; got "duration:30s"',
    ]);
    expect(errorsOf('since:yesterday')).toEqual([
      'since needs how long ago (ms, s, m, h, d, w) or a date, for example since:2h or since:2026-11-20; got "yesterday"',
    ]);
    expect(errorsOf('is:wating')).toEqual([
      'there is no is:wating; did you mean is:waiting? it is one of waiting, working, idle, ended, failed, lost, live, needs-you, trouble, your-turn, done, pinned, bookmarked, noted, sensitive',
    ]);
    expect(errorsOf('outcome:fail')).toEqual([
      'there is no outcome:fail; did you mean outcome:failed? it is one of ok, failed, denied, interrupted',
    ]);
    expect(errorsOf('tool:')).toEqual(['tool needs a value, for example tool:Bash']);
    expect(errorsOf('tool:>Bash')).toEqual(['tool cannot be compared with >; write tool:Bash']);
    expect(errorsOf('app:api "open end')).toEqual(['the quote at character 9 has no end']);
  });
});

describe('user:me', () => {
  const read = (text: string, me?: string) => {
    const { filter, errors } = withMe(parseFilter(text), me);
    return { text: formatFilter(filter), errors };
  };

  it('is whoever asks, also among others and negated; the text me is itself', () => {
    expect(read('user:me', 'anna')).toEqual({ text: 'user:anna', errors: [] });
    expect(read('-user:bob,Me me app:me user:m*', 'anna b')).toEqual({
      ...{ text: '-user:bob,"anna b" me app:me user:m*', errors: [] },
    });
  });

  it('is an error in words where nobody knows who asks; the other terms hold', () => {
    const { text, errors } = read('app:api user:me');
    expect([text, errors]).toEqual([
      'app:api',
      [
        {
          message: expect.stringMatching(/^user:me: nobody knows who you are here; write user: and a name/),
          from: 8,
          to: 15,
        },
      ],
    ]);
    expect(read('app:api').errors).toEqual([]);
  });
});

describe('toSql', () => {
  it('binds every value and escapes what LIKE would read', () => {
    expect(toSql(parseFilter(`app:"x' OR 1=1" tool:50%_* -"drop table"`).filter, 0)).toEqual({
      where:
        "(events.app = ? COLLATE NOCASE AND events.tool_name LIKE ? ESCAPE '\\' AND (instr(events.search_text, ?) > 0) IS NOT TRUE)",
      params: ["x' OR 1=1", '50\\%\\_%', 'drop table'],
    });
    expect(toSql(parseFilter('').filter, 0)).toEqual({ where: 'TRUE', params: [] });
  });

  it('asks for one event that is a failed Bash, not for a Bash and a failure', () => {
    expect(toSessionSql(parseFilter('tool:Bash outcome:failed -tool:Edit branch:main').filter, 0)).toEqual({
      where:
        '((sessions.no IN (SELECT events.session FROM events WHERE events.tool_name = ? COLLATE NOCASE)) IS NOT TRUE' +
        ' AND sessions.branch = ? COLLATE NOCASE' +
        ' AND sessions.no IN (SELECT events.session FROM events WHERE' +
        ' (events.tool_name = ? COLLATE NOCASE AND events.outcome = ? COLLATE NOCASE)))',
      params: ['Edit', 'main', 'Bash', 'failed'],
    });
  });
});

describe('a filter without hits', () => {
  const events: FilterEvent[] = [
    { name: 'PostToolUse', app: 'api', at: '2026-11-20T12:00:00.000Z', toolName: 'Bash', outcome: 'ok' },
    { name: 'PostToolUse', app: 'api', at: '2026-11-20T12:00:00.000Z', toolName: 'Edit', outcome: 'ok' },
    { name: 'PostToolUse', app: 'web', at: '2026-11-20T12:00:00.000Z', toolName: 'Bash', outcome: 'failed' },
  ];
  const context = { now: 0, sessionOf: () => undefined, searchTextOf: () => '' };
  const explain = (text: string) => {
    const { filter } = parseFilter(text);
    const hits = filterTermHits(filter, (one) => events.filter((event) => matches(one, event, context)).length);
    return explainEmpty(filter, hits);
  };

  it('names the term to drop', () => {
    expect(explain('app:api outcome:failed')).toEqual({ term: 'outcome:failed', index: 1, hits: 2 });
  });

  it('blames nobody when no single term is at fault', () => {
    expect(explain('app:none tool:none')).toBeUndefined();
  });
});

describe('toggleTerm', () => {
  it('adds a value, then an alternative, and takes both away again', () => {
    const one = toggleTerm('"timeout"  since:2h', 'app', 'api');
    expect(one).toBe('"timeout"  since:2h app:api');
    const two = toggleTerm(one, 'app', 'my web');
    expect(two).toBe('"timeout"  since:2h app:api,"my web"');
    expect(toggleTerm(two, 'app', 'API')).toBe('"timeout"  since:2h app:"my web"');
    expect(toggleTerm(toggleTerm(two, 'app', 'api'), 'app', 'my web')).toBe('"timeout"  since:2h');
  });

  it('turns a negated value round and keeps what cannot be read', () => {
    expect(toggleTerm('-is:lost wat:x', 'is', 'lost')).toBe('wat:x is:lost');
    expect(toggleTerm('tool:Bash', 'tool', 'Bash', true)).toBe('-tool:Bash');
  });

  it('says whether a chip is on', () => {
    expect(hasTerm('tool:edit,Bash', 'tool', 'bash')).toBe(true);
    expect(hasTerm('-tool:Bash', 'tool', 'Bash')).toBe(false);
  });
});

describe('completions', () => {
  const facets = {
    apps: ['api', 'my web'],
    tools: ['Bash', 'BashOutput', 'Edit'],
    names: [],
    models: [],
    branches: [],
    users: [],
    hosts: [],
    repos: [],
    providers: [],
    agents: ['Explore'],
    labels: ['regression'],
  };

  it('offers keys where a term begins', () => {
    expect(completions('app:api to', 10, facets)).toEqual({
      from: 8,
      to: 10,
      options: [{ insert: 'tool:', hint: 'tool:Bash' }],
    });
    expect(completions('', 0, facets).options).toHaveLength(18);
  });

  it('offers what exists behind a key, also after a comma and inside quotes', () => {
    expect(completions('-tool:Edit,ba', 13, facets)).toEqual({
      from: 11,
      to: 13,
      options: [{ insert: 'Bash' }, { insert: 'BashOutput' }],
    });
    expect(completions('app:"my', 7, facets)).toEqual({ from: 4, to: 7, options: [{ insert: '"my web"' }] });
    expect(completions('nokey:x', 7, facets).options).toEqual([]);
  });
});
