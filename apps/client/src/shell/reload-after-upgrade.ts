const key = 'telltale.reloadedAt';
const onceWithinMs = 30_000;

/**
 * A page that stays open all day outlives its service's version: parts that it has not loaded yet are gone
 * then. Loading the page anew gets the new ones; if that does not help, it is not tried again at once.
 */
export function reloadAfterUpgrade(): void {
  addEventListener('vite:preloadError', (event) => {
    const last = Number(sessionStorage.getItem(key) ?? 0);
    if (Date.now() - last < onceWithinMs) return;
    event.preventDefault();
    sessionStorage.setItem(key, String(Date.now()));
    location.reload();
  });
}
