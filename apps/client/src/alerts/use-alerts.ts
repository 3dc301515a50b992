import { type AlertsView, type AlertTest, alertsSchema, alertTestSchema } from '@telltale/core';
import { onScopeDispose, shallowReadonly, shallowRef } from 'vue';
import { get, inWords, send } from '../data/api.ts';
import { useLive } from '../data/use-live.ts';

const everyMs = 15_000;

/** The rules, what fires and what was said: asked with each alert, and from time to time. */
export function useAlerts() {
  const alerts = shallowRef<AlertsView>();
  const problem = shallowRef<string>();
  const test = shallowRef<AlertTest>();
  const testProblem = shallowRef<string>();
  const isTesting = shallowRef(false);

  async function load(): Promise<void> {
    try {
      alerts.value = await get('/api/alerts', {}, alertsSchema);
      problem.value = undefined;
    } catch (error) {
      // What was true last stays until the service is back.
      if (!alerts.value) problem.value = inWords(error);
    }
  }

  async function sendTest(): Promise<void> {
    isTesting.value = true;
    testProblem.value = undefined;
    try {
      test.value = await send('/api/alerts/test', {}, alertTestSchema);
    } catch (error) {
      testProblem.value = inWords(error);
    } finally {
      isTesting.value = false;
    }
  }

  void load();
  const stopListening = useLive().onEvents((events) => {
    if (events.some(({ source }) => source === 'alert')) void load();
  });
  const timer = setInterval(() => void load(), everyMs);
  onScopeDispose(() => {
    clearInterval(timer);
    stopListening();
  });

  return {
    alerts: shallowReadonly(alerts),
    problem: shallowReadonly(problem),
    test: shallowReadonly(test),
    testProblem: shallowReadonly(testProblem),
    isTesting: shallowReadonly(isTesting),
    ...{ load, sendTest },
  };
}
