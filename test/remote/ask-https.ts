import type { IncomingHttpHeaders } from 'node:http';
import { request } from 'node:https';
import { outsideName } from './certificate.ts';

export interface Asked {
  path: string;
  method: string;
  headers: Record<string, string>;
  body: string;
  /** What makes the certificate one to believe. */
  authority: string;
  /** The address that the connection comes from. */
  from: string;
}

interface Answer {
  status: number;
  headers: IncomingHttpHeaders;
  body: string;
}

/** As a browser or a hook elsewhere would ask, which has the name from its DNS. */
export function askHttps(port: number, { authority, from, body = '', headers, ...asked }: Partial<Asked>) {
  return new Promise<Answer>((answer, failed) => {
    const asking = request({
      ...{ ...asked, port, host: '127.0.0.1', servername: outsideName, ca: authority, agent: false },
      ...(from !== undefined && { localAddress: from }),
      headers: { host: `${outsideName}:${port}`, 'content-length': Buffer.byteLength(body), ...headers },
    });
    asking.once('error', failed);
    asking.once('upgrade', (response, socket) => {
      socket.destroy();
      answer({ status: response.statusCode ?? 0, headers: response.headers, body: '' });
    });
    asking.once('response', (response) => {
      let text = '';
      response.setEncoding('utf8').on('data', (more: string) => {
        text += more;
      });
      response.once('error', failed).once('end', () => {
        answer({ status: response.statusCode ?? 0, headers: response.headers, body: text });
      });
    });
    asking.end(body);
  });
}
