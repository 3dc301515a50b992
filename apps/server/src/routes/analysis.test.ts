import { readFileSync } from 'node:fs';
import { analysisListSchema, analysisSchema, analysisViews } from '@telltale/core/analysis';
import { describe, expect, it } from 'vitest';
import { testService } from '../../fixtures/test-service.ts';
import { analyses } from '../analysis/table.ts';

const names = Object.keys(analyses);

describe('GET /api/analysis', () => {
  it('lists the analyses, in views of no more than six', async () => {
    const service = await testService();
    const list = analysisListSchema.parse(await (await service.get('/api/analysis')).json()).analyses;
    expect(list.map(({ name }) => name)).toEqual(names);
    for (const view of analysisViews) {
      const inView = list.filter((one) => one.view === view).length;
      expect([view, inView > 0 && inView <= 6]).toEqual([view, true]);
    }
    const { paths } = (await (await service.get('/openapi.json')).json()) as { paths: Record<string, { get: object }> };
    expect(JSON.stringify(paths['/api/analysis/{name}']?.get)).toContain(names.join(', '));
  });

  it('answers each of them, over the last seven days where no time is said', async () => {
    const now = Date.parse('2026-11-21T12:00:00.000Z');
    const service = await testService({ now: () => now, env: { TELLTALE_TZ: 'America/St_Johns' } });
    await service.fire('s-1');
    for (const name of names) {
      const response = await service.get(`/api/analysis/${name}`);
      expect([name, response.status]).toEqual([name, 200]);
      expect(analysisSchema.parse(await response.json())).toMatchObject({
        ...{ name, from: '2026-11-14T12:00:00.000Z', to: '2026-11-21T12:00:00.000Z', timeZone: 'America/St_Johns' },
      });
    }
    const { buckets } = (await (await service.get('/api/analysis/sessions?zone=UTC')).json()) as { buckets: string[] };
    expect([buckets[0], buckets.at(-1)]).toEqual(['2026-11-14T00:00:00.000Z', '2026-11-21T00:00:00.000Z']);
  });

  it.each([
    ['nothing', 404, /there is no analysis nothing; there are spend, /],
    [
      'spend?by=colour',
      400,
      /by must be one of model, project, user, machine, provider, agent, kind, geo, got "colour"/,
    ],
    ['spend?zone=Mars', 400, /zone must be a time zone such as Europe\/Berlin, got "Mars"/],
    ['spend?prices=own', 400, /prices must be one of client, table/],
    ['spend?from=2026-11-21&to=2026-11-20', 400, /from must be before to/],
    ['spend?from=2020-01-01&bucket=hour', 400, /bucket hour needs a range of at most 83 days/],
    ['spend?filter=is:odd', 400, /filter: /],
    ['spend?limit=0', 400, /limit must be 1–1000/],
    ['constructor', 404, /there is no analysis constructor/],
  ])('refuses %s with %i and says why', async (path, status, words) => {
    const service = await testService();
    const response = await service.get(`/api/analysis/${path}`);
    expect(response.status).toBe(status);
    expect(((await response.json()) as { error: string }).error).toMatch(words);
  });

  it('ends with the service, also while it is at work', async () => {
    const service = await testService();
    await service.fire('s-1');
    const answers = Promise.allSettled(names.map((name) => service.get(`/api/analysis/${name}`)));
    await service.close(1000);
    await answers;
    await expect(fetch(`${service.url}/healthz`)).rejects.toThrow();
  });
});

it('docs/analysis.md names every analysis with its question', () => {
  const docs = readFileSync(new URL('../../../../docs/analysis.md', import.meta.url), 'utf8');
  for (const [name, { question, by }] of Object.entries(analyses))
    expect(docs).toContain(`| \`${name}\` | ${question} | ${Object.values(by).join(', ')} |`);
});
