import { type FunctionalComponent, h } from 'vue';
import { type Router, useRouter } from 'vue-router';

/**
 * A link for long lists. The router's own link asks at each change of the address whether it is the active one, which
 * with every letter of a filter would be each card; this one only goes where it says.
 */
export const QuickLink: FunctionalComponent<{ path: string }> = ({ path }, { slots }) => {
  const router = useRouter();
  return h('a', { href: path, onClick: (click: MouseEvent) => follow(click, router, path) }, slots.default?.());
};

QuickLink.props = ['path'];

/** With a key or another button the browser opens the link in its own way. */
function follow(click: MouseEvent, router: Router, path: string): void {
  if (click.metaKey || click.altKey || click.ctrlKey || click.shiftKey || click.button !== 0) return;
  click.preventDefault();
  void router.push(path);
}
