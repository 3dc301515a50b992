import { connect, type Socket } from 'node:net';

export interface RawAnswer {
  /** 0 where the other end closed without an answer. */
  status: number;
  /** Status line and headers, as they came. */
  head: string;
  body: string;
}

export const portOf = (url: string) => Number(new URL(url).port);

/** A connection of bytes, for what no client would send. */
export function openSocket(port: number): Promise<Socket> {
  return new Promise((resolve, reject) => {
    const socket = connect({ port, host: '127.0.0.1' });
    socket.once('error', reject).once('connect', () => {
      socket.off('error', reject).on('error', () => {}); // being thrown out is what many of these want
      resolve(socket);
    });
  });
}

/** Sends a request as it is written here, and reads until the other end closes or has answered. */
export async function sendRaw(port: number, lines: readonly string[], body: string | Buffer = ''): Promise<RawAnswer> {
  const socket = await openSocket(port);
  const isUpgrade = lines.some((line) => line.startsWith('Connection:'));
  const last = isUpgrade ? '' : 'Connection: close\r\n';
  socket.write(Buffer.from(`${lines.join('\r\n')}\r\n${last}\r\n`, 'latin1'));
  socket.write(body);
  const answer = await readAnswer(socket);
  socket.destroy();
  return answer;
}

/** Whatever comes until the end, or until the announced body is whole; an upgrade has none. */
export function readAnswer(socket: Socket): Promise<RawAnswer> {
  return new Promise((resolve) => {
    let text = '';
    const done = () => resolve(answerOf(text));
    socket.setEncoding('latin1').on('data', (more: string) => {
      text += more;
      if (isWhole(text)) done();
    });
    socket.once('close', done).once('end', done);
  });
}

function isWhole(text: string): boolean {
  const end = text.indexOf('\r\n\r\n');
  if (end < 0) return false;
  if (/^HTTP\/1\.1 101 /.test(text)) return true;
  const length = /\r\ncontent-length: (\d+)/i.exec(text.slice(0, end))?.[1];
  return length !== undefined && text.length >= end + 4 + Number(length);
}

function answerOf(text: string): RawAnswer {
  const end = text.indexOf('\r\n\r\n');
  const head = end < 0 ? text : text.slice(0, end);
  return { status: Number(/^HTTP\/1\.1 (\d{3})/.exec(head)?.[1] ?? 0), head, body: end < 0 ? '' : text.slice(end + 4) };
}

/** What asks for a socket at /live. */
export function upgradeLines(host: string, ...more: string[]): string[] {
  const key = 'Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==';
  return ['GET /live HTTP/1.1', `Host: ${host}`, 'Upgrade: websocket', 'Connection: Upgrade', key].concat(
    'Sec-WebSocket-Version: 13',
    more,
  );
}
