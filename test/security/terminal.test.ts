import { describe, expect, it } from 'vitest';
import { buildCommand, startTelltale, telltale, until } from '../../apps/cli/fixtures/telltale.ts';
import { targetFor } from './targets.ts';

buildCommand();
/** What a terminal would obey: colours, titles, the clipboard, links, moving about, another line, 8-bit forms, writing backwards. */
const orders = [
  '\u001b[31;5mred',
  '\u001b]0;title\u0007',
  '\u001b]52;c;ZXZpbA==\u0007',
  '\u001b]8;;http://evil.example\u0007link\u001b]8;;\u0007',
  '\u001b[2J\u001b[H',
  '\u001b[1A\u001b[2K',
  '\rover it',
  'line\nTelltale 9.9 at http://evil.example',
  '\u009b31m\u009d0;x\u009c',
  '\u001bP+q544e\u001b\\',
  '\u202egpj.exe\u2066',
  '\u0007\u0008\u007f',
].join(' ');
/** What of it must not arrive; a line ends where the command ends it. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: these are what is looked for
const obeyed = /[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u200e\u200f\u202a-\u202e\u2066-\u2069]/;

describe('what sessions hold, in a terminal', () => {
  const target = targetFor();
  const env = () => {
    const { home } = target.current.service;
    return { HOME: home, TELLTALE_HOME: home, TELLTALE_URL: target.current.url };
  };

  async function tellAll(): Promise<void> {
    const facts = { session_id: `s ${orders}`, cwd: `/p/${orders}`, agent_id: orders, agent_type: orders };
    for (const input of [
      { hook_event_name: 'UserPromptSubmit', prompt: orders },
      { hook_event_name: orders, message: orders },
      { hook_event_name: 'PostToolUse', tool_name: orders, tool_use_id: '1', tool_input: { command: orders } },
      { hook_event_name: 'PostToolUse', tool_name: 'Bash', tool_use_id: '2', tool_input: { command: orders } },
      {
        hook_event_name: 'StopFailure',
        error: orders,
        error_details: orders,
        session_id: `t ${orders}`,
        agent_id: undefined,
      },
      {
        hook_event_name: 'PermissionRequest',
        tool_name: 'Bash',
        tool_input: { command: orders },
        session_id: `w ${orders}`,
        agent_id: undefined,
      },
    ]) {
      expect((await target.current.fire({ ...facts, ...input })).status).toBe(200);
    }
  }

  it('orders it nothing by tail, with words or as JSON', async () => {
    await tellAll();
    for (const args of [['tail'], ['tail', '--json']]) {
      const tail = await startTelltale(args, { env: env() });
      await until(() => expect(tail.out().split('\n').length).toBeGreaterThan(6));
      const { out, err } = await tail.end('SIGINT');
      expect(out).not.toMatch(obeyed);
      expect(err).not.toMatch(obeyed);
      expect(out.split('\n').filter((line) => line.startsWith('Telltale 9.9'))).toEqual([]);
      expect(out).toContain('evil.example');
      // As JSON it is spelled out, and means what was sent.
      if (args.includes('--json'))
        expect(
          JSON.stringify(
            out
              .trim()
              .split('\n')
              .map((line) => JSON.parse(line)),
          ),
        ).toContain('\u009b31m');
    }
  });

  it('orders it nothing by status, focus, open, audit, erase and what was not found', async () => {
    await tellAll();
    for (const args of [
      ['status'],
      ['status', '--json'],
      ['focus', 's '],
      ['open', 's ', '--print'],
      ['audit'],
      ['token', 'list'],
      ['spool'],
      ['focus', orders.replaceAll('\u0000', '')],
      ['erase', '--app', orders],
    ]) {
      const { out, err } = await telltale(args, { env: env() });
      expect(out + err, args[0]).not.toMatch(obeyed);
      expect(out + err).not.toMatch(/^Telltale 9\.9/m);
      if (args.join() === 'status') expect(out).toContain('evil.example');
    }
  });
});
