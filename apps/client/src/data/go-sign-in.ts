/** The service asks for a token, or no longer takes the one that was signed in with: the page begins anew there. */
export function goSignIn(): void {
  if (location.pathname === signInPath) return;
  location.assign(`${signInPath}?to=${encodeURIComponent(location.pathname + location.search)}`);
}

export const signInPath = '/sign-in';

/** Where to go on after signing in: an address of this page only, whatever the link says. */
export function wayOn(search: string, origin: string): string {
  const to = new URLSearchParams(search).get('to') ?? '/';
  if (!to.startsWith('/') || !URL.canParse(to, origin)) return '/';
  const url = new URL(to, origin);
  return url.origin === origin && url.pathname !== signInPath ? url.pathname + url.search : '/';
}

/** The token of a link like `/sign-in#token=ttk_…`: browsers send no server what stands behind a `#`. */
export function tokenOf(hash: string): string {
  return new URLSearchParams(hash.replace(/^#/, '')).get('token') ?? '';
}
