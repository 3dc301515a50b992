// What our settings register: one row per hook event (README.md gives the reason for each of the 31).

/** @typedef {{ words?: string, timeoutS?: number }} Registration  words: what the event asks the script for */
/** @typedef {{ type: 'command', command: string, args?: string[], timeout: number }} Handler */
/** @typedef {{ matcher?: string, hooks: Handler[] }} Group */

export const registrations = /** @satisfies {Record<string, Registration>} */ ({
  SessionStart: { words: 'transcript sweep' },
  InstructionsLoaded: {},
  UserPromptSubmit: {},
  UserPromptExpansion: {},
  PreToolUse: {},
  PermissionRequest: {},
  PermissionDenied: {},
  PostToolUse: {},
  PostToolUseFailure: {},
  PostToolBatch: {},
  Notification: {},
  Elicitation: {},
  ElicitationResult: {},
  SubagentStart: {},
  SubagentStop: { words: 'transcript' },
  TaskCreated: {},
  TaskCompleted: {},
  TeammateIdle: {},
  ConfigChange: {},
  CwdChanged: {},
  PreCompact: {},
  PostCompact: {},
  Stop: { words: 'transcript' },
  StopFailure: { words: 'transcript' },
  // The longest timeout of a SessionEnd hook is the budget of all of them; TELLTALE_FLUSH_MS may use it.
  SessionEnd: { words: 'transcript end', timeoutS: 10 },
});

const writers = { posix: shellCommand, windows: nodeCommand, plugin: pluginCommand };

/**
 * The hooks object of a settings file. The text depends on the platform only, never on the place it is installed in:
 * the client runs identical texts of user and project settings once, different ones all. A plugin's run in addition.
 * @param {keyof typeof writers} [kind]
 * @returns {Record<string, Group[]>}
 */
export function hookSettings(kind = 'posix') {
  /** @param {Registration} registration */
  const handler = ({ words, timeoutS = 5 }) => ({
    type: /** @type {const} */ ('command'),
    ...writers[kind](words),
    timeout: timeoutS,
  });
  return Object.fromEntries(Object.entries(registrations).map(([name, row]) => [name, [{ hooks: [handler(row)] }]]));
}

// Whatever happens in there, also a merge conflict in our script: exit 0 and not a word.
const silence = "trap 'exit 0' 0; exec >/dev/null 2>&1; ";

/** @param {string} [words] */
function shellCommand(words) {
  // biome-ignore lint/suspicious/noTemplateCurlyInString: the shell's
  const places = '"$CLAUDE_PROJECT_DIR/.claude/hooks/telltale" "${TELLTALE_HOME:-$HOME/.telltale}/hooks"';
  const run = `for t in ${places}; do [ -r "$t/hook.sh" ] && . "$t/hook.sh"; done`;
  return { command: `${silence}${words ? `set -- ${words}; ` : ''}${run}` };
}

/** @param {string} [words] */
function pluginCommand(words = '') {
  const run = 't="$CLAUDE_PLUGIN_ROOT/.claude/hooks/telltale"; [ -r "$t/hook.sh" ] && . "$t/hook.sh"';
  return { command: `${silence}set -- ${`plugin ${words}`.trim()}; ${run}` };
}

/** @param {string} [words] */
function nodeCommand(words) {
  const script =
    "const{existsSync}=require('fs'),{join}=require('path'),{homedir}=require('os'),e=process.env;" +
    "const f=[join(e.CLAUDE_PROJECT_DIR||'.','.claude/hooks/telltale'),join(e.TELLTALE_HOME||join(homedir(),'.telltale'),'hooks')]" +
    ".map(d=>join(d,'hook.mjs')).find(existsSync);if(f)import(require('url').pathToFileURL(f)).catch(()=>{})";
  return { command: 'node', args: ['-e', script, '--', ...(words ? words.split(' ') : [])] };
}

/**
 * Whether a handler of somebody's settings is ours, of this version or an older one.
 * @param {unknown} handler
 */
export function isOurs(handler) {
  if (typeof handler !== 'object' || handler === null) return false;
  const { command, args } = /** @type {{ command?: unknown, args?: unknown }} */ (handler);
  return [command, ...(Array.isArray(args) ? args : [])].some(
    (text) => typeof text === 'string' && /hooks\/telltale\b.*hook\.(sh|mjs)/s.test(text),
  );
}
