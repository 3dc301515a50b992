import { expect, it } from 'vitest';
import { suggestedBy } from './suggestion.ts';

const rules = [{ toolName: 'Bash', ruleContent: 'npm test:*' }, { toolName: 'WebFetch' }];

it('takes the rules that the client suggested', () => {
  const suggestions = [{ type: 'addRules', rules, behavior: 'allow', destination: 'localSettings' }];
  expect(suggestedBy({ permission_suggestions: suggestions }, 'Bash')).toEqual({
    rule: 'Bash(npm test:*), WebFetch',
    settings: JSON.stringify({ permissions: { allow: ['Bash(npm test:*)', 'WebFetch'] } }, null, 2),
  });
});

it('else the mode and the folders, under the name of the tool', () => {
  const suggestions = [
    { type: 'addDirectories', directories: ['/p/docs'], destination: 'session' },
    { type: 'setMode', mode: 'acceptEdits', destination: 'session' },
  ];
  expect(suggestedBy({ permission_suggestions: suggestions }, 'Write')).toEqual({
    rule: 'Write',
    settings: JSON.stringify(
      { permissions: { defaultMode: 'acceptEdits', additionalDirectories: ['/p/docs'] } },
      null,
      2,
    ),
  });
});

it('suggests nothing that was not suggested', () => {
  const denying = [{ type: 'addRules', rules, behavior: 'deny' }, 'odd', { type: 'addRules', rules: 'odd' }];
  expect(suggestedBy({ permission_suggestions: denying }, 'Bash')).toEqual({ rule: 'Bash' });
  expect(suggestedBy({}, 'Bash')).toEqual({ rule: 'Bash' });
});
