import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { dashboards, generatedFiles } from './src/files.ts';
import { withTables } from './src/readme.ts';

// Writes the dashboards and alert rules that Grafana reads, and the README's tables: npm run dashboards -w observability
for (const [path, text] of Object.entries(generatedFiles())) {
  const file = join(import.meta.dirname, path);
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, text);
}
const readme = join(import.meta.dirname, '../README.md');
writeFileSync(readme, withTables(readFileSync(readme, 'utf8'), Object.values(dashboards)));
