import { writeFileSync } from 'node:fs';
import { personalConfig, redactionConfig } from './redaction.ts';

writeFileSync(new URL('redaction.yaml', import.meta.url), redactionConfig());
writeFileSync(new URL('also/personal.yaml', import.meta.url), personalConfig());
