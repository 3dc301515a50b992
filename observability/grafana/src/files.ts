import { alertFile } from './alerts/rules.ts';
import { apiHealth } from './dashboards/api-health.ts';
import { context } from './dashboards/context.ts';
import { cost } from './dashboards/cost.ts';
import { extensions } from './dashboards/extensions.ts';
import { overview } from './dashboards/overview.ts';
import { pipeline } from './dashboards/pipeline.ts';
import { session } from './dashboards/session.ts';
import { team } from './dashboards/team.ts';
import { tools } from './dashboards/tools.ts';

/** Every generated file, by its path beside this folder. */
export const dashboards = {
  overview,
  cost,
  team,
  tools,
  'api-health': apiHealth,
  extensions,
  context,
  pipeline,
  session,
};

export function generatedFiles(): Record<string, string> {
  const boards = Object.entries(dashboards).map(([name, dashboard]) => [
    `dashboards/${name}.json`,
    jsonText(dashboard),
  ]);
  return { ...Object.fromEntries(boards), 'provisioning/alerting/rules.json': jsonText(alertFile) };
}

function jsonText(value: unknown): string {
  return `${JSON.stringify(value, null, 2)}\n`;
}
