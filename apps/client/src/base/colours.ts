/** A canvas knows no variables: the browser works a token out on an element, where colours are forced as where not. */
export function colourOf(element: Element, token: string): string {
  const probe = document.createElement('span');
  probe.style.color = `var(${token})`;
  probe.style.setProperty('forced-color-adjust', 'none');
  (element.parentElement ?? document.body).append(probe);
  const colour = getComputedStyle(probe).color;
  probe.remove();
  return colour;
}

/** The reader has chosen all colours of the page, which are few: what differs must differ in its form, too. */
export const hasForcedColours = () => matchMedia('(forced-colors: active)').matches;
