import { readConfig, telltaleHome } from '@telltale/hooks/.claude/hooks/telltale/spool.mjs';
import { askWho } from './questions.ts';

/** Whether events say who and where: user, machine, repository and commit. */
export const whoChoices = ['on', 'off'] as const;
export type Who = (typeof whoChoices)[number];

/** Asked once; afterwards it stays as it was said. Undefined: as it is. */
export async function chooseWho({ who, asks }: { who?: Who | undefined; asks: boolean }): Promise<Who | undefined> {
  if (who !== undefined || !asks || readConfig(telltaleHome()).who !== undefined) return who;
  return (await askWho()) ? 'on' : 'off';
}

export function whoMeaning(who: Who | undefined): string {
  const isOff = (who ?? readConfig(telltaleHome()).who) === 'off';
  return isOff
    ? 'Events do not say who and where; --who on changes that. A session whose process dies is then only known by its silence.'
    : 'Events say who and where: user, machine, repository and commit; --who off leaves that out.';
}
