import type { Check } from '../check.ts';
import { ok, warning } from '../finding.ts';

/** The oldest client that the hooks were tried with. */
const oldestClient = '2.1.197';

export const versions: Check = {
  title: 'versions',
  look({ version, client, answer: { status } }) {
    const said = [
      `telltale ${version}`,
      ...(status ? [`service ${status.version}`] : []),
      client === undefined ? 'no claude on the PATH' : `Claude Code ${client}`,
    ].join(', ');
    if (client !== undefined && isOlder(client, oldestClient))
      return warning(`${said}: hooks were tried with ${oldestClient} and newer.`, 'Update it: claude update.');
    if (status && isOlder(seriesOf(status.version), seriesOf(version)))
      return warning(`${said}: the service is older than this command.`, 'Update the service, and start it again.');
    if (status && isOlder(seriesOf(version), seriesOf(status.version)))
      return warning(`${said}: this command is older than the service.`, 'Update it, then run telltale setup again.');
    return ok(said);
  },
};

/** Versions of one series understand each other. */
function seriesOf(version: string): string {
  return version.split('.').slice(0, 2).join('.');
}

function isOlder(one: string, other: string): boolean {
  return one.localeCompare(other, 'en', { numeric: true }) < 0;
}
