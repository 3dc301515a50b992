import { writeFileSync } from 'node:fs';
import { amsJsonSchema } from './src/export.ts';

writeFileSync(new URL('../../docs/ams.schema.json', import.meta.url), `${JSON.stringify(amsJsonSchema(), null, 2)}\n`);
