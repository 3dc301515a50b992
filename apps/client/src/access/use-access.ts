import { type AccessView, accessSchema } from '@telltale/core/access-view';
import { computed, shallowReadonly, shallowRef } from 'vue';
import { act, get } from '../data/api.ts';
import { goSignIn } from '../data/go-sign-in.ts';

const access = shallowRef<AccessView>();
let isAsked = false;

/** Who looks at this page, and what they may; asked once, as a page begins anew with every sign-in. */
export function useAccess() {
  if (!isAsked) {
    isAsked = true;
    // Without an answer the service is away, which the page's head says already.
    get('/api/access', {}, accessSchema).then(
      (told) => {
        access.value = told;
      },
      () => {
        isAsked = false;
      },
    );
  }
  return {
    access: shallowReadonly(access),
    /** Until it is known, nothing is missing on the page. */
    showsNumbersOnly: computed(() => access.value?.scope === 'numbers'),
    /** Delete, annotate, import: refused to others, in words; what is only offered is offered to these. */
    mayChange: computed(() => access.value?.scope === 'admin'),
    /** So that nothing is missing on the page until it is known: what these may not, others do not see for a moment. */
    refusesChange: computed(() => access.value !== undefined && access.value.scope !== 'admin'),
    signOut,
  };
}

async function signOut(): Promise<void> {
  await act('/api/access/sign-out', 'POST');
  goSignIn();
}
