import type { ServiceStatus, Session } from '@telltale/core';
import { expect, it } from 'vitest';
import { serviceNotices, storageNotice } from './service-notices.ts';

const now = Date.parse('2026-11-21T12:00:00.000Z');
const quiet: ServiceStatus = {
  ...{
    version: '1',
    store: 's',
    seq: 1,
    events: 1,
    sessions: 1,
    databaseBytes: 1,
    viewers: 1,
    today: { from: '2026-11-21T00:00:00.000Z', estimatedUsd: 0 },
    timeZone: 'UTC',
    connectCommand: '',
  },
  ...{ rejected: 0, spoolBacklog: 0, spoolDropped: 0 },
};
const session = (app: string, lastEventAt: string, installedTwice: boolean) =>
  ({ app, lastEventAt, installedTwice }) as Session;

it('says nothing when nothing is wrong', () => {
  expect(serviceNotices([session('api', '2026-11-21T11:00:00.000Z', false)], quiet, now)).toEqual([]);
});

it('says why nothing can be stored, and nothing while it can', () => {
  const storageProblem = 'The disk that holds /home/dev/.telltale/telltale.db is full: free some space.';
  expect(storageNotice({ ...quiet, storageProblem })).toBe(`Events cannot be stored. ${storageProblem}`);
  expect([storageNotice(quiet), storageNotice(undefined)]).toEqual([undefined, undefined]);
});

it('names models without a price, whose cost would look like nothing', () => {
  expect(serviceNotices([], { ...quiet, unpricedModels: ['llama', 'qwen'] }, now)).toEqual([
    'No price for llama, qwen: costs are not complete',
  ]);
});

it('names projects whose hooks are installed twice, and what was refused or dropped', () => {
  const sessions = [
    session('web', '2026-11-21T11:00:00.000Z', true),
    session('api', '2026-11-21T11:00:00.000Z', true),
    session('old', '2026-11-01T11:00:00.000Z', true),
  ];
  const archiveProblem = 's3://traces takes no sessions now, 2 wait: AccessDenied';
  const status = { ...quiet, rejected: 1, spoolDropped: 1200, spoolBacklog: 3, archiveProblem };
  expect(serviceNotices(sessions, status, now)).toEqual([
    'Hooks installed twice: api, web',
    '1 event refused by the service',
    '1,200 events dropped by a full spool',
    'Archive: s3://traces takes no sessions now, 2 wait: AccessDenied',
    '3 still in the spool',
  ]);
});
