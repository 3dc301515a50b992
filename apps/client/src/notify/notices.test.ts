import { describe, expect, it } from 'vitest';
import { type Call, isQuietHour, type NoticeState, nextNotice, noNotices } from './notices.ts';

const call = (name: string, sinceMs: number): Call => ({
  ...{ key: name, sessionId: name, seq: 7, sinceMs, place: `${name} · main`, words: 'permission: Bash rm -rf dist' },
});
const at = (now: number, isSilent = false) => ({ now, isSilent });

describe('who is called, and when', () => {
  it('waits ten seconds, calls once, and withdraws when answered', () => {
    const steps: unknown[] = [];
    let state: NoticeState = noNotices;
    const scene: readonly [number, Call[]][] = [
      [9_999, [call('api', 0)]],
      [10_000, [call('api', 0)]],
      [20_000, [call('api', 0)]],
      [21_000, []],
      [22_000, []],
    ];
    for (const [now, calls] of scene) {
      const step = nextNotice(state, calls, at(now));
      state = step.state;
      steps.push(step.does === 'show' ? step.notice : step.does);
    }
    expect(steps).toEqual([
      'nothing',
      { title: 'api · main', body: 'permission: Bash rm -rf dist', sessionId: 'api', seq: 7 },
      'nothing',
      'withdraw',
      'nothing',
    ]);
  });

  it('bundles several and leads to the one that waits longest', () => {
    const step = nextNotice(noNotices, [call('web', 60_000), call('api', 0), call('docs', 200_000)], at(240_000));
    expect(step).toMatchObject({
      does: 'show',
      isNew: true,
      notice: { title: '3 sessions wait, longest 4 m', sessionId: 'api' },
    });
  });

  it('sets the words right without calling again when one of several is answered', () => {
    const both = nextNotice(noNotices, [call('web', 0), call('api', 0)], at(10_000));
    const one = nextNotice(both.state, [call('api', 0)], at(11_000));
    expect(one).toMatchObject({ does: 'show', isNew: false, notice: { title: 'api · main' } });
  });

  it('calls nobody who has the page in front, nor later for what was seen then', () => {
    const seen = nextNotice(noNotices, [call('api', 0)], at(15_000, true));
    const later = nextNotice(seen.state, [call('api', 0)], at(60_000));
    expect([seen.does, later.does]).toEqual(['nothing', 'nothing']);
  });

  it('withdraws when the page comes to the front', () => {
    const shown = nextNotice(noNotices, [call('api', 0)], at(15_000));
    expect(nextNotice(shown.state, [call('api', 0)], at(16_000, true)).does).toBe('withdraw');
  });

  it('calls again for a new request of the same session', () => {
    const first = nextNotice(noNotices, [call('api', 0)], at(10_000));
    const answered = nextNotice(first.state, [], at(11_000));
    const second = nextNotice(answered.state, [{ ...call('api', 12_000), key: 'api 2' }], at(22_000));
    expect(second).toMatchObject({ does: 'show', isNew: true });
  });
});

it('knows quiet hours, also over midnight', () => {
  const hour = (hours: number, minutes = 0) => new Date(2026, 10, 21, hours, minutes);
  expect([
    isQuietHour('22:00', '08:00', hour(23)),
    isQuietHour('22:00', '08:00', hour(7, 59)),
    isQuietHour('22:00', '08:00', hour(8)),
    isQuietHour('12:00', '13:00', hour(12, 30)),
    isQuietHour('', '08:00', hour(3)),
  ]).toEqual([true, true, false, true, false]);
});
