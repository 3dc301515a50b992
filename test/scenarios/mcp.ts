import { fileURLToPath } from 'node:url';
import type { Scenario } from './scenario.ts';

const server = fileURLToPath(new URL('../client/adding-machine.mjs', import.meta.url));
const config = { mcpServers: { lab: { command: process.execPath, args: [server] } } };

export const mcp: Scenario = {
  name: 'mcp',
  about: 'a tool of an MCP server, once well and once refused',
  isAlikeInOld: true,
  async play(stage) {
    const add = (a: number) => ({ calls: [{ name: 'mcp__lab__add', input: { a, b: 2 } }] });
    const prompt = stage.prompt('Use the adding machine.', [add(40), add(13), { say: 'It can add.' }]);
    await stage.run(prompt, { args: ['--mcp-config', JSON.stringify(config), '--strict-mcp-config'] });
  },
  fires: {
    ...{ SessionStart: 1, UserPromptSubmit: 1, MessageDisplay: 1, Stop: 1, SessionEnd: 1 },
    ...{ PreToolUse: 2, PostToolUse: 1, PostToolUseFailure: 1, PostToolBatch: 2 },
  },
};
