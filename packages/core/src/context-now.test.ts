import { describe, expect, it } from 'vitest';
import { cacheExpiry, contextNow } from './context-now.ts';

const lastRequest = {
  at: '2026-11-21T19:30:00.000Z',
  model: 'claude-sonnet-4-5',
  contextTokens: 50_000,
  cachedTokens: 49_000,
  cacheExpiresAt: '2026-11-21T19:35:00.000Z',
};
const statusLine = (at: string, tokens = 60_000) => ({
  at,
  context: { tokens, windowTokens: 1_000_000 },
  cache: { isWarm: true, expiresAt: '2026-11-21T20:30:00.000Z' },
});
const later = '2026-11-21T19:30:05.000Z';
const earlier = '2026-11-21T19:29:55.000Z';

describe('how full a context is', () => {
  it('is what the status line told where that came after the last request', () => {
    const told = { lastRequest, statusLine: statusLine(later) };
    expect(contextNow(told)).toEqual({
      tokens: 60_000,
      windowTokens: 1_000_000,
      share: 0.06,
      isExact: true,
      at: later,
    });
    expect(cacheExpiry(told)).toBe('2026-11-21T20:30:00.000Z');
  });

  it('is what the status line told where it is of the same request, whatever the order of the two', () => {
    const told = { lastRequest, statusLine: statusLine(earlier, 50_000) };
    expect(contextNow(told)).toMatchObject({ share: 0.05, isExact: true });
  });

  it('is reckoned from a later request, with the window that the client told', () => {
    const told = { lastRequest, statusLine: statusLine(earlier) };
    expect(contextNow(told)).toEqual({
      ...{ tokens: 50_000, windowTokens: 1_000_000, share: 0.05, isExact: false },
      at: lastRequest.at,
    });
    expect(cacheExpiry(told)).toBe(lastRequest.cacheExpiresAt);
  });

  it('is reckoned by the model alone without a status line, and unknown without either', () => {
    expect(contextNow({ lastRequest })).toMatchObject({ windowTokens: 200_000, share: 0.25, isExact: false });
    expect(contextNow({ lastRequest: { ...lastRequest, model: 'another' } })).not.toHaveProperty('share');
    expect(contextNow({ lastRequest: { ...lastRequest, model: 'another', windowTokens: 100_000 } })).toMatchObject({
      windowTokens: 100_000,
      share: 0.5,
    });
    expect(contextNow({})).toBeUndefined();
    expect(contextNow({ statusLine: { at: later } })).toBeUndefined();
  });
});
