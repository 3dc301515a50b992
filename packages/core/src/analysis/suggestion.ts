import { type Fields, isFields, listAt, textAt } from '../fields.ts';

/** What the client suggested to allow for good when it asked. */
export interface Suggested {
  /** The rule in words, as settings spell it: `Bash(npm test:*)`; else the tool's name. */
  rule: string;
  /** Settings that would have answered, as JSON to copy; absent where the client suggested none. */
  settings?: string;
}

/** Of a PermissionRequest: rules first, else a mode or folders. */
export function suggestedBy(payload: Fields, toolName: string): Suggested {
  const suggestions = listAt(payload, 'permission_suggestions').filter(isFields);
  const rules = suggestions
    .filter((one) => textAt(one, 'type') === 'addRules' && (textAt(one, 'behavior') ?? 'allow') === 'allow')
    .flatMap((one) => listAt(one, 'rules').filter(isFields).map(ruleWords));
  const known = [...new Set(rules.filter((rule) => rule !== ''))];
  if (known.length > 0) return { rule: known.join(', '), settings: asSettings({ allow: known }) };
  const directories = suggestions
    .filter((one) => textAt(one, 'type') === 'addDirectories')
    .flatMap((one) => listAt(one, 'directories').filter((path): path is string => typeof path === 'string'));
  const mode = suggestions.find((one) => textAt(one, 'type') === 'setMode');
  const defaultMode = mode && textAt(mode, 'mode');
  if (defaultMode === undefined && directories.length === 0) return { rule: toolName };
  return {
    rule: toolName,
    settings: asSettings({
      ...(defaultMode !== undefined && { defaultMode }),
      ...(directories.length > 0 && { additionalDirectories: directories }),
    }),
  };
}

function ruleWords(rule: Fields): string {
  const name = textAt(rule, 'toolName') ?? '';
  const content = textAt(rule, 'ruleContent');
  return content === undefined || name === '' ? name : `${name}(${content})`;
}

function asSettings(permissions: Record<string, unknown>): string {
  return JSON.stringify({ permissions }, null, 2);
}
