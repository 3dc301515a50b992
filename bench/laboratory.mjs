import { spawn } from 'node:child_process';
import { join } from 'node:path';

/** What a script prints when this machine lacks what it needs. */
const notHere = 3;

/** The laboratory of the system tests is TypeScript: its scripts run in a process of their own and print JSON. */
export function laboratory(script, args, print) {
  return new Promise((resolve, reject) => {
    const options = ['--conditions', 'telltale-source', '--import', 'tsx', join('bench', script), ...args];
    const child = spawn(process.execPath, options, {
      cwd: join(import.meta.dirname, '..'),
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    let answer = '';
    child.stdout.setEncoding('utf8').on('data', (text) => {
      answer += text;
    });
    child.stderr.setEncoding('utf8').on('data', (text) => print(text.trimEnd()));
    child.once('error', reject);
    child.once('close', (code) => {
      if (code === 0) resolve(JSON.parse(answer));
      else if (code === notHere) resolve(undefined);
      else reject(new Error(`bench/${script} ended with ${code}`));
    });
  });
}
