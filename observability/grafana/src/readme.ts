import { thresholds } from '@telltale/core/thresholds';
import { alertRules, grafanaAlertNames } from './alerts/rules.ts';

/** The README with the alerts between their markers. */
export function withAlerts(readme: string): string {
  return between(readme, 'alerts', alerts());
}

function alerts(): string {
  const rows = grafanaAlertNames.map((name) => {
    const rule = alertRules.find(({ labels }) => labels.threshold === name);
    const lasting = rule?.for === '0s' ? 'at once' : `after ${rule?.for}`;
    return `| ${rule?.title} | ${rule?.labels.severity}, ${lasting} | \`${thresholds[name].variable}\` | ${thresholds[name].meaning} |`;
  });
  return ['| alert | how bad, when | variable | the number is |', '| --- | --- | --- | --- |', ...rows].join('\n');
}

function between(text: string, name: string, content: string): string {
  const pattern = new RegExp(`(<!-- ${name}: generated -->\n).*?(<!-- end -->)`, 's');
  if (!pattern.test(text)) throw new Error(`README.md has no place for "${name}"`);
  return text.replace(pattern, (_, begin: string, end: string) => `${begin}\n${content}\n\n${end}`);
}
