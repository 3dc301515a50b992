const key = 'telltale.reloadedAt';
const onceWithinMs = 30_000;

/**
 * A page that stays open all day outlives its service's version: parts that it has not loaded yet are gone
 * then. Loading the page anew gets the new ones; if that does not help, it is not tried again at once.
 * While the service is away nothing would load: the page stays as it is, and connects again by itself.
 */
export function reloadAfterUpgrade(isAway: () => boolean): void {
  addEventListener('vite:preloadError', (event) => {
    if (isAway()) return;
    const last = Number(sessionStorage.getItem(key) ?? 0);
    if (Date.now() - last < onceWithinMs) return;
    event.preventDefault();
    sessionStorage.setItem(key, String(Date.now()));
    location.reload();
  });
}
