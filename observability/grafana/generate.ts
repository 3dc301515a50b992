import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { generatedFiles } from './src/files.ts';

// Writes the dashboards and alert rules that Grafana reads: npm run dashboards -w observability
for (const [path, text] of Object.entries(generatedFiles())) {
  const file = join(import.meta.dirname, path);
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, text);
}
