import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { planConnect, planDisconnect } from '../connect/plan.mjs';
import { planStatusLine, planStatusLineAway } from '../connect/plan-status-line.mjs';

const own = '{\n\t"statusLine": {"type":"command",  "command":"printf \\u00e9", "padding":1},\n\t"model": "opus"\n}';

describe('setting up the status line', () => {
  let root: string;
  let settings: string;
  const text = () => readFileSync(settings, 'utf8');
  const script = () => join(root, 'telltale', 'hooks', 'statusline.sh');
  const isSet = () => text().includes('statusline.sh');

  beforeEach(() => {
    root = mkdtempSync(join(tmpdir(), 'telltale-plan-'));
    vi.stubEnv('TELLTALE_HOME', join(root, 'telltale'));
    vi.stubEnv('CLAUDE_CONFIG_DIR', join(root, 'claude'));
    mkdirSync(join(root, 'claude'));
    mkdirSync(join(root, 'shop'));
    settings = join(root, 'claude', 'settings.json');
  });
  afterEach(() => {
    vi.unstubAllEnvs();
    rmSync(root, { recursive: true });
  });

  it('gives back every byte, and takes its scripts along', () => {
    writeFileSync(settings, own);
    const [backup] = planStatusLine().apply();
    expect([isSet(), existsSync(script()), readFileSync(backup ?? '', 'utf8')]).toEqual([true, true, own]);
    expect(planStatusLine().hasChange).toBe(false);
    planStatusLineAway().apply();
    expect([text(), existsSync(script())]).toEqual([own, false]);
    expect(planStatusLineAway().hasChange).toBe(false);
  });

  it('leaves no file where there was none', () => {
    planStatusLine().apply();
    expect(isSet()).toBe(true);
    planStatusLineAway().apply();
    expect(existsSync(settings)).toBe(false);
  });

  it('gives back the own command where the file has changed since', () => {
    writeFileSync(settings, own);
    planStatusLine().apply();
    writeFileSync(settings, text().replace('"opus"', '"sonnet"'));
    planStatusLineAway().apply();
    expect(JSON.parse(text())).toEqual(JSON.parse(own.replace('"opus"', '"sonnet"')));
  });

  it.each([
    ['before', () => [planConnect({ isGlobal: true, project: undefined }), planStatusLine] as const],
    ['after', () => [planStatusLine(), () => planConnect({ isGlobal: true, project: undefined })] as const],
  ])('with hooks of all projects that came %s it, either goes alone and both give back every byte', (_, both) => {
    for (const last of ['hooks', 'line', 'together'] as const) {
      writeFileSync(settings, own);
      const [first, second] = both();
      first.apply();
      second().apply();
      expect([isSet(), text().includes('hook.sh')]).toEqual([true, true]);
      if (last !== 'together') {
        planStatusLineAway().apply();
        expect([isSet(), text().includes('hook.sh'), existsSync(script())]).toEqual([false, true, true]);
        if (last === 'line') planStatusLine().apply();
      }
      planDisconnect({ isGlobal: true, project: undefined }).apply();
      expect([JSON.parse(text()), existsSync(script())]).toEqual([JSON.parse(own), false]);
      if (last === 'together') expect(text()).toBe(own);
    }
  });

  it('stays where a project is disconnected, also one whose telemetry variables were beside it', () => {
    writeFileSync(settings, own);
    const project = { isGlobal: false, project: join(root, 'shop') };
    planConnect({ ...project, variables: { CLAUDE_CODE_ENABLE_TELEMETRY: '1' } }).apply();
    planStatusLine().apply();
    planDisconnect(project).apply();
    expect([isSet(), text().includes('TELEMETRY')]).toEqual([true, false]);
    planStatusLineAway().apply();
    expect(JSON.parse(text())).toEqual(JSON.parse(own));
  });

  it('leaves the hooks of all projects their scripts, and a project its variables', () => {
    writeFileSync(settings, own);
    const project = { isGlobal: false, project: join(root, 'shop') };
    planConnect({ ...project, variables: { CLAUDE_CODE_ENABLE_TELEMETRY: '1' } }).apply();
    planStatusLine().apply();
    planStatusLineAway().apply();
    expect([isSet(), text().includes('TELEMETRY')]).toEqual([false, true]);
    planDisconnect(project).apply();
    expect(JSON.parse(text())).toEqual(JSON.parse(own));
  });
});
