import { laboratory } from './laboratory.mjs';

/** The budgets of the page, measured in Chromium before the built service. */
export async function browser({ print, quick }) {
  const measured = await laboratory('browser-run.ts', [quick ? 'quick' : 'full'], print);
  if (measured === undefined)
    return [{ what: 'browser', value: 'not run', goal: '', met: undefined, detail: 'no Chromium' }];
  return measured.map(({ what, value, unit, limit, detail }) => ({
    ...{
      what,
      value: `${Number(value.toFixed(value < 10 ? 2 : 0))} ${unit}`.trim(),
      goal: `≤ ${limit} ${unit}`.trim(),
    },
    ...{ met: value <= limit, detail },
  }));
}
