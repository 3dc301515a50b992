import { describe, expect, it } from 'vitest';
import { addStatusLine, ownCommandIn, removeStatusLine, statusLineCommand } from '../connect/status-line.mjs';

const name = 'settings.json';

describe('the status line in settings', () => {
  const own = [
    '{\n  "model": "opus",\n  "statusLine": { "type": "command",\t"command": "~/bin/line.sh", "padding": 0 }\n}\n',
    '{"statusLine":{"command":"jq -r \'.model.id\' | sed \\"s/\'/x/\\"","type":"command","refreshInterval":5},"env":{}}',
    '{ "statusLine": { "type": "command", "command": "printf \\u00e9\\n# two\\nlines" } }',
  ];
  it.each(own)('wraps the own one and gives back what it can: %s', (text) => {
    const wrapped = addStatusLine(text, name);
    const { command: before, ...rest } = JSON.parse(text).statusLine;
    const { command, ...kept } = JSON.parse(wrapped).statusLine;
    expect(ownCommandIn(command)).toBe(before);
    expect(kept).toEqual(rest);
    expect(addStatusLine(wrapped, name)).toBe(wrapped);
    expect(JSON.parse(removeStatusLine(wrapped, name))).toEqual(JSON.parse(text));
  });

  it('keeps every byte that is not the command', () => {
    const [text = ''] = own;
    const wrapped = addStatusLine(text, name);
    const command = JSON.stringify(statusLineCommand('~/bin/line.sh'));
    expect(wrapped).toBe(text.replace('"~/bin/line.sh"', () => command));
    expect(removeStatusLine(wrapped, name)).toBe(text);
  });

  it('makes one where there is none, and takes it away again', () => {
    for (const text of ['', '{}\n', '{\n  "model": "opus"\n}\n']) {
      const wrapped = addStatusLine(text, name);
      expect(JSON.parse(wrapped).statusLine).toEqual({ type: 'command', command: statusLineCommand('') });
      expect(JSON.parse(removeStatusLine(wrapped, name))).toEqual(JSON.parse(text || '{}'));
    }
  });

  it('leaves a status line alone that is not ours, and refuses what is no command', () => {
    const [text = ''] = own;
    expect(removeStatusLine(text, name)).toBe(text);
    expect(() => addStatusLine('{"statusLine":"x"}', name)).toThrow('"statusLine" has to be a command');
  });
});
