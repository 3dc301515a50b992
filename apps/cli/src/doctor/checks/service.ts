import type { Check } from '../check.ts';
import { failed, ok, warning } from '../finding.ts';

export const service: Check = {
  title: 'the service',
  look({ service: { url }, answer }) {
    if (answer.status === undefined) {
      if (answer.access?.scope === 'ingest')
        return warning(
          `${url} takes what this token sends, and shows it nothing.`,
          'That is right for hooks. To have everything followed: TELLTALE_TOKEN=<an admin’s> telltale doctor.',
        );
      const isToken = answer.problem.includes('token');
      const fix = isToken
        ? 'Make one with telltale token create (by an admin’s token, or while the service is stopped), and set it as TELLTALE_TOKEN.'
        : 'Start it with npm start. Where it runs elsewhere, name it: telltale setup --global --url <url>.';
      return failed(answer.problem, fix);
    }
    const { version, storageProblem } = answer.status;
    return storageProblem
      ? failed(
          `The service ${version} at ${url} cannot store: ${storageProblem}`,
          'Mend that; hooks keep events until then.',
        )
      : ok(`The service ${version} answers at ${url}.`);
  },
};
