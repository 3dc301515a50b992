import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';

const read = (path: string) => readFileSync(new URL(`../../${path}`, import.meta.url), 'utf8');
const settings = JSON.parse(read('hooks/telemetry/settings.json')) as { env: Record<string, string> };

it('docs/telemetry.md shows the settings that lie in hooks/telemetry', () => {
  const shown = /```json\n([\s\S]*?)```/.exec(read('docs/telemetry.md'))?.[1];
  expect(JSON.parse(shown ?? '')).toEqual(settings);
});

it('a fleet sends the same, and keeps prompt texts off whatever its people set', () => {
  const managed = JSON.parse(read('hooks/telemetry/managed-settings.json')) as typeof settings;
  expect(managed).toEqual({ env: { ...settings.env, OTEL_LOG_USER_PROMPTS: '0' } });
});
