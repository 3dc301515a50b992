import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

const root = join(import.meta.dirname, '..');
const fixtures = join(root, 'packages/core/fixtures/hooks');

/**
 * Hook inputs in the order in which sessions send them: the recorded scenarios, with their texts grown until the sizes
 * are those of real work (median 1.25 kB, one in ten above 4 kB). The same seed gives the same inputs.
 */
export function createPayloads({ sessions = 64, seed = 1 } = {}) {
  const random = randomOf(seed);
  const scenarios = readdirSync(fixtures)
    .filter((file) => file.endsWith('.ndjson'))
    .sort()
    .map((file) => linesOf(readFileSync(join(fixtures, file), 'utf8')));
  const code = sourceText();
  const players = Array.from({ length: sessions }, (_, index) => playerOf(index));

  function playerOf(index) {
    return { scenario: index % scenarios.length, step: 0, run: 0, id: uuidOf(random) };
  }

  /** The next input of a session. */
  function next(session) {
    const player = players[session % sessions];
    const scenario = scenarios[player.scenario];
    const recorded = scenario[player.step];
    player.step += 1;
    if (player.step === scenario.length) {
      player.step = 0;
      player.run += 1;
      player.scenario = (player.scenario + 1) % scenarios.length;
    }
    return grown(renamed(recorded, player), random, code);
  }

  return { next };
}

/** Ids of their own per run, so that no call is taken for one that was heard before. */
function renamed(recorded, { id, run }) {
  const text = JSON.stringify(recorded)
    .replaceAll(recorded.session_id, id)
    .replace(/"toolu_([^"]{0,60})"/g, `"toolu_${run}_$1"`)
    .replace(
      /"prompt_id":"[0-9a-f]{8}/,
      (found) => `${found.slice(0, -4)}${(run & 0xffff).toString(16).padStart(4, '0')}`,
    );
  return JSON.parse(text);
}

/** Fills one text of the input up to a size drawn from a log-normal distribution; inputs never shrink. */
function grown(input, random, code) {
  const bytes = Math.min(200_000, Math.exp(Math.log(1240) + 1.05 * normal(random)));
  const lacking = Math.floor(bytes - JSON.stringify(input).length);
  if (lacking < 40) return input;
  const from = Math.floor(random() * (code.length - lacking));
  const text = code.slice(from, from + Math.floor(lacking * 0.92));
  if (input.tool_response !== undefined) input.tool_response = { ...objectOf(input.tool_response), stdout: text };
  else if (input.tool_input !== undefined) input.tool_input = { ...input.tool_input, content: text };
  else if (input.prompt !== undefined) input.prompt += `\n${text}`;
  else input.last_assistant_message = text;
  return input;
}

const objectOf = (value) => (typeof value === 'object' && value !== null && !Array.isArray(value) ? value : { value });

/** Real text to fill with: this project's own sources, but for the rules of redaction, which name every secret there is. */
function sourceText() {
  const folder = join(root, 'packages/core/src');
  const text = readdirSync(folder, { recursive: true })
    .filter((name) => name.endsWith('.ts') && !name.includes('redact'))
    .sort()
    .map((name) => readFileSync(join(folder, name), 'utf8'))
    .join('\n');
  return text.repeat(Math.ceil(300_000 / text.length));
}

function linesOf(text) {
  return text
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line).input);
}

function randomOf(seed) {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

const normal = (random) => Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random());

function uuidOf(random) {
  const hex = Array.from({ length: 32 }, () => Math.floor(random() * 16).toString(16)).join('');
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-4${hex.slice(13, 16)}-8${hex.slice(17, 20)}-${hex.slice(20)}`;
}
