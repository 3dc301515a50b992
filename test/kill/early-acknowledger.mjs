// The control: answers 200 at once and passes the event on a little later, as a server does that acknowledges
// before COMMIT. Usage: node early-acknowledger.mjs <port> <url of the real service>
import { createServer } from 'node:http';

const [port, target] = process.argv.slice(2);
const laterMs = 100;

createServer((incoming, outgoing) => {
  const chunks = [];
  incoming.on('data', (chunk) => chunks.push(chunk));
  incoming.on('end', () => {
    outgoing.writeHead(200).end();
    const { host: _host, connection: _connection, ...headers } = incoming.headers;
    const body = Buffer.concat(chunks);
    const passOn = () => fetch(target + incoming.url, { method: 'POST', headers, body }).catch(() => undefined); // lost
    setTimeout(passOn, laterMs);
  });
}).listen(Number(port), '127.0.0.1', () => process.stdout.write('ready\n'));
