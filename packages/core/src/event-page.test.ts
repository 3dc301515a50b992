import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { withEventTables } from './event-page.ts';

const page = readFileSync(new URL('../../../docs/events.md', import.meta.url), 'utf8');

it('docs/events.md is what schemas and catalogues say; after a change: npm run schema -w packages/core', () => {
  expect(withEventTables(page)).toBe(page);
});

it('refuses a page that has lost a place', () => {
  expect(() => withEventTables(page.replace('<!-- hooks: generated -->', ''))).toThrow('no place for "hooks"');
});
