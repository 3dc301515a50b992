// A small MCP server over stdio with one tool, `add`, which refuses to add to thirteen.
import { createInterface } from 'node:readline';

const add = {
  name: 'add',
  description: 'Adds two numbers',
  inputSchema: { type: 'object', properties: { a: { type: 'number' }, b: { type: 'number' } }, required: ['a', 'b'] },
};

const methods = {
  initialize: ({ protocolVersion }) => ({
    protocolVersion,
    capabilities: { tools: {} },
    serverInfo: { name: 'adding-machine', version: '1.0.0' },
  }),
  'tools/list': () => ({ tools: [add] }),
  'tools/call': ({ arguments: { a, b } }) =>
    a === 13
      ? { isError: true, content: [{ type: 'text', text: 'thirteen is not added to' }] }
      : { content: [{ type: 'text', text: String(a + b) }] },
  ping: () => ({}),
};

createInterface({ input: process.stdin }).on('line', (line) => {
  const { id, method, params } = JSON.parse(line);
  if (id === undefined) return; // a notification
  const answer = methods[method]?.(params);
  const error = { code: -32601, message: `no method ${method}` };
  process.stdout.write(`${JSON.stringify({ jsonrpc: '2.0', id, ...(answer ? { result: answer } : { error }) })}\n`);
});
