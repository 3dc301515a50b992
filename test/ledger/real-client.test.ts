import { describe, expect, it } from 'vitest';
import type { ClientAge } from '../client/binary.ts';
import type { Stage } from '../client/stage.ts';
import { requiresClaude } from '../requires.ts';
import { exporting } from '../road/exporting.ts';
import { serviceFor } from '../running-service.ts';
import { scenarios } from '../scenarios/index.ts';
import type { Service } from '../service.ts';
import { createConnectedStage, delivered } from '../system.ts';
import { waitFor } from '../wait.ts';
import { expectServed, type Told, toldOf, usdOf } from './cost.ts';

const names = [
  ...['hello', 'tools', 'parallel-subagents', 'background-subagent', 'resumed', 'forked', 'compacted'],
  ...['api-errors-retried', 'cut-stream', 'refusal'],
];
const protocols = { new: 'http/json', old: 'http/protobuf' } as const satisfies Record<ClientAge, string>;

type Look = (service: Service, stage: Stage, told: Map<string, Told>) => void | Promise<void>;

/** What a scenario must show beside its totals. */
const looks: Record<string, Look> = {
  'parallel-subagents': (_service, stage, told) => expectAgents(stage, only(told)),
  async 'background-subagent'(service, stage, told) {
    const prompts = (await service.events(`session=${only(told).session.id}`)).filter(
      ({ name }) => name === 'UserPromptSubmit',
    );
    expect(prompts).toHaveLength(2);
    const [asked] = prompts;
    const { cost } = only(told);
    const byAgent = cost.requests.filter(({ agentId, agentType }) => agentId ?? agentType);
    expect(byAgent).toHaveLength(stage.api.requests.filter(({ agentId }) => agentId !== undefined).length);
    expect(new Set(byAgent.map(({ promptId }) => promptId))).toEqual(new Set([asked?.promptId]));
    expect(new Set(cost.byPrompt.map(({ key }) => key))).toEqual(new Set(prompts.map(({ promptId }) => promptId)));
    expectAgents(stage, only(told));
  },
  resumed(_service, _stage, told) {
    expect(only(told).cost.byPrompt).toHaveLength(3);
  },
  async forked(service, stage, told) {
    const own = ({ session }: Told) =>
      usdOf(
        stage,
        stage.api.requests.filter(({ sessionId }) => sessionId === session.id),
      );
    // The transcript comes behind the events.
    const [first, fork] = await waitFor('the requests that the fork copied', async () => {
      const all = await Promise.all([...told.keys()].map((id) => toldOf(service, id)));
      all.sort((a, b) => a.cost.inheritedUsd - b.cost.inheritedUsd);
      return (all[1]?.cost.inheritedUsd ?? 0) > 0 && all;
    });
    if (!first || !fork) throw new Error('there are not two sessions');
    expect(first.cost.inheritedUsd).toBe(0);
    expect(Math.abs(first.cost.costUsd - own(first))).toBeLessThan(2e-6);
    expect(Math.abs(fork.cost.costUsd - own(fork))).toBeLessThan(2e-6);
  },
  refusal(_service, stage, told) {
    const { session, cost } = only(told);
    expect(cost.requests.map(({ kind }) => kind)).toEqual(stage.api.requests.map(() => 'request'));
    expect(session.unattributedUsd).toBeUndefined();
  },
};

for (const age of ['new', 'old'] as const) {
  describe.runIf(await requiresClaude(age))(`a session of the real client (${age}) costs what the API served`, () => {
    const running = serviceFor('tests');

    for (const name of names) {
      const scenario = scenarios.find((one) => one.name === name);
      if (!scenario) throw new Error(`there is no scenario ${name}`);

      it(name, async () => {
        const service = running.current;
        const env = exporting(service.url, protocols[age]);
        const settings = scenario.settings ?? {};
        const stage = await createConnectedStage({ service, age, project: `${name}-${age}`, env, settings });
        try {
          await scenario.play(stage);
          await delivered(stage, service);
          const told = await expectServed(service, stage);
          for (const { session } of told.values()) expect(session.costSource).toBe('events');
          await looks[name]?.(service, stage, told);
        } finally {
          await stage.close();
        }
      });
    }

    it('and no id that no conversation ever gets is a session', async () => {
      for (const session of await running.current.sessions())
        expect([session.title, session.costUsd]).not.toContain(undefined);
    });
  });
}

function only(told: Map<string, Told>): Told {
  const [one, ...others] = told.values();
  if (!one || others.length > 0) throw new Error('there is not one session');
  return one;
}

/** Each agent costs what it was served. The old client's events tell its type only, so there they are one. */
function expectAgents(stage: Stage, { cost }: Told): void {
  const agents = new Set(stage.api.requests.flatMap(({ agentId }) => agentId ?? []));
  const servedTo = (id: string) =>
    usdOf(
      stage,
      stage.api.requests.filter(({ agentId }) => agentId === id),
    );
  const shown = cost.byAgent.filter(({ key, label }) => key ?? label);
  if (stage.age === 'new') for (const { key = '', costUsd } of shown) expect(costUsd).toBeCloseTo(servedTo(key), 9);
  const [told, served] = [shown.map(({ costUsd }) => costUsd), [...agents].map(servedTo)].map((list) =>
    list.reduce((sum, usd) => sum + usd, 0),
  );
  expect(Math.abs((told ?? 0) - (served ?? 0))).toBeLessThan(1e-5);
}
