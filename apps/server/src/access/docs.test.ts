import { readFileSync } from 'node:fs';
import { auditActions, tokenScopes } from '@telltale/core/access-view';
import { expect, it } from 'vitest';
import { usualRates } from './door.ts';

const docs = readFileSync(new URL('../../../../docs/access.md', import.meta.url), 'utf8');

it('docs/access.md names every scope', () => {
  for (const scope of tokenScopes) expect(docs).toContain(`| \`${scope}\` | `);
});

it('docs/access.md tells the limits as they are', () => {
  const rows = {
    'a token that sends': usualRates.ingest,
    'a token that reads': usualRates.reading,
    'an address without a valid token (IPv6: its /64)': usualRates.nobody,
  };
  for (const [who, { burst, perSecond }] of Object.entries(rows))
    expect(docs).toContain(`| ${who} | ${burst} requests | ${perSecond} a second |`);
});

it('docs/access.md tells of everything that the audit log notes', () => {
  const words: Record<(typeof auditActions)[number], string> = {
    ...{ looked: 'looked at a session', watched: 'watched live', searched: 'searched', exported: 'exported' },
    ...{ annotated: 'annotated', deleted: 'deleted', imported: 'imported', pruned: 'freed space' },
    ...{ 'signed-in': 'signed in or out', 'signed-out': 'signed in or out', refused: 'was refused' },
    ...{ 'token-created': 'made or revoked a token', 'token-revoked': 'made or revoked a token' },
  };
  for (const action of auditActions) expect(docs).toContain(words[action]);
});
