import { expect, it } from 'vitest';
import { connectTo } from './connect-command.ts';

it('names the address where the service is not where hooks send of themselves', () => {
  const command = 'npm run connect -- "$PWD"';
  const of = (origin: string) => connectTo(command, origin).slice(command.length);
  expect(['http://127.0.0.1:4000', 'http://localhost:4000'].map(of)).toEqual(['', '']);
  expect(of('http://localhost:4100')).toBe(' --url http://localhost:4100');
  expect(of('https://telltale.example')).toBe(' --url https://telltale.example');
});
