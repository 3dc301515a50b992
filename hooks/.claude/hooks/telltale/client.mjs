import http from 'node:http';
import https from 'node:https';

/**
 * @typedef {{ status: number, body: string }} Answer  status 0: no answer within 10 s, or no connection
 * @typedef {Record<string, string>} Headers
 * @typedef {object} Client
 * @property {(path: string) => Promise<Answer>} get
 * @property {(path: string, body: Buffer, headers: Headers) => Promise<Answer>} post
 * @property {() => void} close
 */

/**
 * One connection, one request at a time, 10 s in all for each.
 * @param {string} url
 * @param {() => string | undefined} readToken asked again when it was refused: it may be another one meanwhile
 * @returns {Client}
 */
export function createClient(url, readToken) {
  const { Agent, request } = url.startsWith('https:') ? https : http;
  const agent = new Agent({ keepAlive: true, maxSockets: 1 });
  let token = readToken();

  /**
   * @param {string} method
   * @param {string} path
   * @param {Buffer} [body]
   * @param {Headers} [headers]
   * @returns {Promise<Answer>}
   */
  function ask(method, path, body, headers) {
    return new Promise((done) => {
      const signal = AbortSignal.timeout(10_000);
      const fail = () => done({ status: 0, body: '' });
      const bearer = token ? { authorization: `Bearer ${token}` } : {};
      const options = { method, agent, signal, headers: asBytes({ ...bearer, ...headers }) };
      const asked = request(url + path, options, (response) => {
        let text = '';
        if (response.statusCode === 401 || response.statusCode === 403) token = readToken();
        response.setEncoding('utf8');
        response.on('data', (chunk) => {
          if (text.length < 1000) text += chunk;
        });
        response.on('end', () => done({ status: response.statusCode ?? 0, body: text }));
        response.on('error', fail);
      });
      asked.on('error', fail);
      asked.end(body);
    });
  }

  return {
    get: (path) => ask('GET', path),
    post: (path, body, headers) => ask('POST', path, body, { ...headers, 'content-length': String(body.length) }),
    close: () => agent.destroy(),
  };
}

/**
 * Header values are UTF-8 on the wire, as curl sends them; Node wants a character per byte.
 * @param {Headers} headers
 */
function asBytes(headers) {
  return Object.fromEntries(
    Object.entries(headers).map(([name, value]) => [name, Buffer.from(value).toString('latin1')]),
  );
}
