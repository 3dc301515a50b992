import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { withDashboards } from './src/dashboards-page.ts';
import { dashboards, generatedFiles } from './src/files.ts';
import { withAlerts } from './src/readme.ts';

// Writes the dashboards and alert rules that Grafana reads, the README's alerts and docs/dashboards.md: npm run dashboards -w observability
for (const [path, text] of Object.entries(generatedFiles())) {
  const file = join(import.meta.dirname, path);
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, text);
}
const readme = join(import.meta.dirname, '../README.md');
writeFileSync(readme, withAlerts(readFileSync(readme, 'utf8')));
const page = join(import.meta.dirname, '../../docs/dashboards.md');
writeFileSync(page, withDashboards(readFileSync(page, 'utf8'), Object.values(dashboards)));
