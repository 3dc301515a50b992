import { writeFileSync } from 'node:fs';
import { hookSettings } from './registration.mjs';

// `npm run settings -w hooks`: the settings files say what registration.mjs says; a test compares them.

/** @type {[string, Parameters<typeof hookSettings>[0]][]} */
const files = [
  ['.claude/settings.json', 'posix'],
  ['settings.windows.json', 'windows'],
  ['plugin.hooks.json', 'plugin'],
];
for (const [file, kind] of files)
  writeFileSync(new URL(file, import.meta.url), `${JSON.stringify({ hooks: hookSettings(kind) }, null, 2)}\n`);
