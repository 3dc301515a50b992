import { type Component, type FunctionalComponent, h, isVNode } from 'vue';

/**
 * An icon for rows of long lists. Their lines are used again for other rows while they scroll: another icon must cost
 * one change of an element that stays, not two components and an element per stroke.
 */
export const QuickIcon: FunctionalComponent<{ icon: Component }> = ({ icon }) =>
  h('svg', { ...look, innerHTML: strokesOf(icon) });

QuickIcon.props = ['icon'];

const look = {
  width: 14,
  height: 14,
  viewBox: '0 0 24 24',
  fill: 'none',
  stroke: 'currentColor',
  'stroke-width': 2,
  'stroke-linecap': 'round',
  'stroke-linejoin': 'round',
  'aria-hidden': 'true',
};

type Stroke = readonly [tag: string, attributes: Readonly<Record<string, string>>];

const known = new WeakMap<Component, string>();

/** The strokes of an icon of the set as markup; the set's own constants, nothing that was sent. */
export function strokesOf(icon: Component): string {
  let markup = known.get(icon);
  if (markup === undefined) {
    markup = nodeOf(icon)
      .map(([tag, { key: _, ...attributes }]) => {
        const told = Object.entries(attributes).map(([name, value]) => ` ${name}="${value}"`);
        return `<${tag}${told.join('')}/>`;
      })
      .join('');
    known.set(icon, markup);
  }
  return markup;
}

/** The set's icons are functions that hand their strokes on to one component. */
function nodeOf(icon: Component): readonly Stroke[] {
  const drawn: unknown = typeof icon === 'function' ? (icon as FunctionalComponent)({}, context) : undefined;
  return isVNode(drawn) ? (drawn.props?.icon?.node ?? []) : [];
}

const context = { slots: {}, attrs: {}, emit: () => {} };
