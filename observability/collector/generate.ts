import { writeFileSync } from 'node:fs';
import { redactionConfig } from './redaction.ts';

writeFileSync(new URL('redaction.yaml', import.meta.url), redactionConfig());
