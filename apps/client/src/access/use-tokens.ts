import {
  type CreatedToken,
  createdTokenSchema,
  type NewToken,
  type Token,
  tokenListSchema,
} from '@telltale/core/access-view';
import { shallowReadonly, shallowRef } from 'vue';
import { act, get, inWords, send } from '../data/api.ts';

/** The tokens, and the one that was made here: nobody is told it a second time. */
export function useTokens(onChanged: () => void) {
  const tokens = shallowRef<readonly Token[]>();
  const made = shallowRef<CreatedToken>();
  const problem = shallowRef<string>();
  const changeProblem = shallowRef<string>();

  async function load(): Promise<void> {
    try {
      tokens.value = (await get('/api/access/tokens', {}, tokenListSchema)).tokens;
      problem.value = undefined;
    } catch (error) {
      problem.value = inWords(error);
    }
  }

  /** True where it worked out. */
  async function change(work: () => Promise<void>): Promise<boolean> {
    changeProblem.value = undefined;
    try {
      await work();
    } catch (error) {
      changeProblem.value = inWords(error);
      return false;
    }
    await load();
    onChanged();
    return true;
  }

  return {
    tokens: shallowReadonly(tokens),
    made: shallowReadonly(made),
    problem: shallowReadonly(problem),
    changeProblem: shallowReadonly(changeProblem),
    load,
    create: (asked: NewToken) =>
      change(async () => {
        made.value = await send('/api/access/tokens', asked, createdTokenSchema);
      }),
    revoke: (id: string) =>
      change(async () => {
        await act(`/api/access/tokens/${encodeURIComponent(id)}`, 'DELETE');
        if (made.value?.id === id) made.value = undefined;
      }),
  };
}
