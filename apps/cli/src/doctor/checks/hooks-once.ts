import type { Check } from '../check.ts';
import { failed, ok } from '../finding.ts';
import { doubledEvents, registeredHooks } from '../hooks-in-effect.ts';

export const hooksOnce: Check = {
  title: 'hooks once',
  look({ settings, self }) {
    const registered = registeredHooks(settings);
    const [event, ...more] = doubledEvents(registered);
    if (event === undefined) return ok('Each event is told once.');
    const places = [...new Set(registered.filter((one) => one.event === event).map(({ path }) => path))];
    return failed(
      `${[event, ...more].length === 1 ? event : `${event} and ${more.length} more`}: hooks of two versions are registered in ${places.join(' and ')}, and both run: events come twice.`,
      `Run ${self} setup again for each of them; the same text in several files runs once.`,
    );
  },
};
