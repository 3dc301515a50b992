import type { Check } from '../check.ts';
import { failed, ok } from '../finding.ts';

const floor = [20, 19] as const;

export const node: Check = {
  title: 'Node',
  look({ node }) {
    const [major = 0, minor = 0] = node.split('.').map(Number);
    const isEnough = major > floor[0] || (major === floor[0] && minor >= floor[1]);
    return isEnough
      ? ok(`Node ${node}`)
      : failed(`Node ${node} is older than ${floor.join('.')}.`, `Install Node ${floor.join('.')} or newer.`);
  },
};
