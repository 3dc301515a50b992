import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { tellSession } from '../../apps/cli/src/demo/tell-session.ts';
import { edited, fileText } from '../../apps/cli/src/demo/tool-results.ts';
import { requires } from '../requires.ts';
import { deliver } from './deliver.ts';
import { createSetting, type Setting } from './setting.ts';

describe.runIf(requires('chromium'))('the colours of code', () => {
  let setting: Setting;
  const session = tellSession({ name: 'code', cwd: '/p/code', startMs: Date.now() - 60_000 });
  beforeAll(async () => {
    setting = await createSetting();
    session.prompt('Read, then change.');
    session.call(
      'Read',
      { file_path: '/p/code/a.py' },
      fileText('/p/code/a.py', 'def total(rows):\n    return "none"\n'),
    );
    const around = { before: '/* a comment', after: 'let last;', line: 1 };
    session.call(
      'Edit',
      ...edited('/p/code/b.ts', 'of two lines */ const a = 1;', 'of two lines */ const a = "b";', around),
    );
    session.stop('Done:\n\n```sh\nif true; then echo "yes"; fi\n```\n');
    await deliver(setting.service, session);
  });
  afterAll(() => setting.close());

  it('come from one worker, to files, changes and fences, and the policy allows it', async () => {
    const viewer = await setting.open(`/sessions/${session.sessionId}`);
    const { page } = viewer;
    const coloured = (kind: string, text: string) => page.locator(`.code-${kind}`, { hasText: text }).first().waitFor();
    await coloured('keyword', 'then');
    await viewer.rows.filter({ hasText: 'a.py' }).click();
    await coloured('keyword', 'def');
    await coloured('string-expression', 'none');
    await viewer.rows.filter({ hasText: 'b.ts' }).click();
    // The comment began on the line before: both sides of a change are read as whole code.
    await coloured('comment', 'of two lines */');
    await coloured('keyword', 'const');
    expect(page.workers().map((worker) => new URL(worker.url()).pathname)).toEqual([
      expect.stringMatching(/^\/assets\/colour-worker-[\w-]+\.js$/),
    ]);
    const asked = await page.evaluate<string[]>("performance.getEntriesByType('resource').map(({ name }) => name)");
    expect(asked.filter((name) => /shiki|engine-javascript|python/.test(name))).toEqual([]);
    await viewer.shot('code-colours');
    await viewer.close();
  });
});
