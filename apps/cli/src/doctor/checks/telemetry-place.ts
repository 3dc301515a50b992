import type { Check } from '../check.ts';
import { failed, ok, warning } from '../finding.ts';
import { variablesOf } from '../settings-files.ts';
import { isIgnoredInProjects } from '../variables.ts';

export const telemetryPlace: Check = {
  title: 'variables in the right place',
  look({ settings, telemetry, self }) {
    const wrong = settings
      .filter(({ level }) => level === 'project' || level === 'local')
      .map((file) => ({ path: file.path, names: Object.keys(variablesOf(file)).filter(isIgnoredInProjects) }))
      .find(({ names }) => names.length > 0);
    if (!wrong) return ok('No variable of telemetry is where the client ignores it.');
    const { path, names } = wrong;
    const said = `${path} sets ${names[0]}${names.length > 1 ? ` and ${names.length - 1} more` : ''}; since 2.1.282 the client ignores that in a project.`;
    const fix = `Move it to ~/.claude/settings.json: ${self} setup --global does.`;
    return telemetry.get('CLAUDE_CODE_ENABLE_TELEMETRY')?.value === '1' ? warning(said, fix) : failed(said, fix);
  },
};
