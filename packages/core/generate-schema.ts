import { readFileSync, writeFileSync } from 'node:fs';
import { withEventTables } from './src/event-page.ts';
import { amsJsonSchema } from './src/export.ts';

// Writes the archive's schema and the tables of docs/events.md: npm run schema -w packages/core
writeFileSync(new URL('../../docs/ams.schema.json', import.meta.url), `${JSON.stringify(amsJsonSchema(), null, 2)}\n`);
const events = new URL('../../docs/events.md', import.meta.url);
writeFileSync(events, withEventTables(readFileSync(events, 'utf8')));
