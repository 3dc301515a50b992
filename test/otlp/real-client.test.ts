import { afterAll, beforeAll, describe, it } from 'vitest';
import type { ClientAge } from '../client/binary.ts';
import { createStage } from '../client/stage.ts';
import { describeThroughTls } from '../remote/through-tls.ts';
import { requires, requiresClaude, requiresStack } from '../requires.ts';
import { scenarios } from '../scenarios/index.ts';
import { createStack, type Stack } from '../stack/stack.ts';
import { expectShown, telemetry } from './client-truth.ts';

/** Each told to the collector by the real client; interactive ones and those that are killed on purpose are not here. */
const played: Record<ClientAge, string[]> = {
  new: [
    ...[
      'hello',
      'tools',
      'bad-calls',
      'denied',
      'parallel-subagents',
      'background-subagent',
      'resumed',
      'forked',
      'mcp',
    ],
    ...['compacted', 'api-errors-retried', 'api-errors-exhausted', 'api-error-400', 'cut-stream', 'refusal'],
  ],
  old: ['tools', 'parallel-subagents', 'background-subagent', 'resumed', 'compacted', 'cut-stream', 'refusal'],
};

/** The other port of the collector, tried with one scenario: it fills the same dashboards. */
const grpc = ({ otlpGrpc }: Stack) => ({
  OTEL_EXPORTER_OTLP_PROTOCOL: 'grpc',
  OTEL_EXPORTER_OTLP_ENDPOINT: `http://${otlpGrpc}`,
});

const stackIsHere = await requiresStack();

for (const age of ['new', 'old'] as const) {
  const isHere = stackIsHere && (await requiresClaude(age));
  describe.runIf(isHere)(`what the dashboards show of the real client (${age}) is what the API served (T18)`, () => {
    let stack: Stack;
    beforeAll(async () => {
      stack = await createStack({ start: ['collector', 'prometheus', 'loki'] });
    });
    afterAll(() => stack?.stop());

    // Here, because Prometheus and Loki run already.
    if (requires('openssl')) describeThroughTls(age, () => stack);

    for (const temporality of ['cumulative', 'delta'] as const) {
      for (const name of temporality === 'cumulative' ? played[age] : ['resumed']) {
        const scenario = scenarios.find((one) => one.name === name);
        if (!scenario) throw new Error(`there is no scenario ${name}`);
        it.runIf(!scenario.needs || requires(scenario.needs))(`${name} (${temporality})`, async () => {
          const project = `${name}-${temporality}`;
          const stage = await createStage({
            ...{
              age,
              project,
              env: { ...telemetry(stack.otlp, project, temporality), ...(name === 'tools' && grpc(stack)) },
            },
            ...(scenario.settings && { settings: scenario.settings }),
          });
          try {
            await scenario.play(stage);
            await expectShown(stack, project, stage);
          } finally {
            await stage.close();
          }
        });
      }
    }
  });
}
