import { describe, expect, it } from 'vitest';
import { targetFor } from './targets.ts';

/** What makes patterns that backtrack try without end; none of it is a secret. */
const long = 200_000;
const texts: Record<string, string> = {
  'one letter': 'a'.repeat(long),
  blanks: `${' '.repeat(long)}x`,
  dots: `${'a.'.repeat(long / 2)}!`,
  'half an address': `${'a@'.repeat(long / 2)}`,
  'half an e-mail': `${'a.b-c+'.repeat(long / 6)}@`,
  'half a key': `-----BEGIN PRIVATE KEY-----${'A'.repeat(long)}`,
  'keys without an end': '-----BEGIN RSA PRIVATE KEY-----\n'.repeat(long / 32),
  'half a token': `eyJ${'a'.repeat(long)}.eyJ${'b'.repeat(100)}`,
  assignments: 'password='.repeat(long / 9),
  quotes: `"api_key":"${'\\"'.repeat(long / 2)}`,
  'a long URL': `https://${'a:'.repeat(long / 2)}`,
  digits: '4111 '.repeat(long / 5),
  'words in base64': `AKIA${'/+'.repeat(long / 2)}`,
  'escape signs': '\u001b[31'.repeat(long / 5),
  markdown: `${'['.repeat(long / 2)}${'](x'.repeat(1000)}`,
};
/** So long something may take on a very busy machine. What backtracks over this would take hours. */
const patienceMs = 60_000;

describe('texts and filters that patterns could hang on', () => {
  const target = targetFor();
  const within = { signal: () => AbortSignal.timeout(patienceMs) };

  it.each(Object.entries(texts))('%s is taken in, redacted, indexed and shown', async (name, text) => {
    const id = name.replaceAll(' ', '-');
    for (const [event, more] of [
      ['UserPromptSubmit', { prompt: text }],
      [
        'PostToolUse',
        { tool_name: 'Bash', tool_use_id: id, tool_input: { command: text }, tool_response: { stdout: text } },
      ],
    ] as const) {
      expect((await target.current.fire({ session_id: id, hook_event_name: event, cwd: '/p', ...more })).status).toBe(
        200,
      );
    }
    for (const path of [
      `/api/sessions/${id}`,
      `/api/sessions/${id}/export?format=html`,
      `/api/sessions/${id}/export?pii=mask`,
    ]) {
      const answer = await target.current.ask(path, { signal: within.signal() });
      expect([path, answer.status]).toEqual([path, 200]);
      await answer.text();
    }
  });

  it.each([
    ['stars', `tool:${'*a'.repeat(400)}`],
    ['stars in words', `"${'a*'.repeat(400)}b"`],
    ['many terms', 'app:a '.repeat(300)],
    ['many alternatives', `app:${Array.from({ length: 300 }, (_, n) => `a${n}*`).join(',')}`],
    ['brackets', '('.repeat(1000)],
    ['minus signs', '-'.repeat(1900)],
    ['quotes', '"'.repeat(1901)],
    ['blanks', ' '.repeat(2000)],
  ])('a filter of %s is answered', async (_, filter) => {
    for (const path of ['/api/events?filter=', '/api/sessions?filter=', '/api/analysis/spend?filter=']) {
      const answer = await target.current.ask(path + encodeURIComponent(filter), { signal: within.signal() });
      expect([200, 400], path).toContain(answer.status);
    }
    const words = filter.slice(0, 500);
    const answer = await target.current.ask(`/api/search?q=${encodeURIComponent(words)}`, { signal: within.signal() });
    expect(answer.status).toBe(200);
  });
});
