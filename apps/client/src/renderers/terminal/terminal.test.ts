import { describe, expect, it } from 'vitest';
import { outputRuns } from './ansi-runs.ts';
import { settledOutput } from './plain-output.ts';

const csi = '\u001b[';

describe('output of a terminal', () => {
  it('keeps of a progress bar what stood there last', () => {
    expect(settledOutput('10 %\r50 %\r100 %\r\ndone\r\n')).toBe('100 %\ndone\n');
    expect(settledOutput('abc\b\bd')).toBe('ad');
  });

  it('drops titles, links and cursor moves, and keeps colours', () => {
    const raw = `\u001b]0;title\u0007${csi}2K${csi}1A${csi}32mok${csi}39m \u001b]8;;https://x\u001b\\link\u001b]8;;\u001b\\`;
    expect(settledOutput(raw)).toBe(`${csi}32mok${csi}39m link`);
  });

  it('turns colours into classes', () => {
    const runs = outputRuns(
      `${csi}1m${csi}31mFAIL${csi}0m plain ${csi}38;5;208morange${csi}0m ${csi}38;2;90;200;90mgreen`,
    );
    expect(runs.map(({ text, classes }) => [text, classes.join(' ')])).toEqual([
      ['FAIL', 'out-bold out-red'],
      [' plain ', ''],
      ['orange', 'out-yellow'],
      [' ', ''],
      ['green', 'out-green'],
    ]);
  });

  it('leaves markup as it is: it is shown as text', () => {
    expect(outputRuns('<img src=x onerror=alert(1)>')).toEqual([{ text: '<img src=x onerror=alert(1)>', classes: [] }]);
  });
});
