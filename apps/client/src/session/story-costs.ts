import type { RequestCost, SessionCost } from '@telltale/core';
import {
  type CostSum,
  joinCosts,
  type StoryCosts,
  type StoryItem,
  type StoryTurn,
  type SubagentItem,
} from '@telltale/core/story';
import { computed, type InjectionKey, inject, provide, type Ref } from 'vue';
import type { StoryIndex } from './story-index.ts';

/** The story with its prices, as everything in it sees them. */
export interface ToldCosts {
  cost: SessionCost;
  joined: StoryCosts;
  ofTurn: (turn: StoryTurn) => CostSum | undefined;
  turnIndex: (turn: StoryTurn) => number;
}

const key: InjectionKey<Readonly<Ref<ToldCosts | undefined>>> = Symbol('costs of the story');

export function provideCosts(
  index: Readonly<Ref<StoryIndex | undefined>>,
  cost: Readonly<Ref<SessionCost | undefined>>,
): Readonly<Ref<ToldCosts | undefined>> {
  const told = computed((): ToldCosts | undefined => {
    if (!index.value || !cost.value) return undefined;
    const { story } = index.value;
    const joined = joinCosts(story, cost.value.requests);
    const at = new Map(story.turns.map((turn, place) => [turn, place]));
    const turnIndex = (turn: StoryTurn) => at.get(turn) ?? -1;
    return { cost: cost.value, joined, turnIndex, ofTurn: (turn) => joined.turns[turnIndex(turn)] };
  });
  provide(key, told);
  return told;
}

const pricedKey: InjectionKey<Readonly<Ref<boolean>>> = Symbol('whether prices are known or come');

export function providePriced(isPriced: Readonly<Ref<boolean>>): void {
  provide(pricedKey, isPriced);
}

export function useIsPriced(): Readonly<Ref<boolean>> {
  return inject(pricedKey, () => computed(() => false), true);
}

export function useCosts(): Readonly<Ref<ToldCosts | undefined>> {
  return inject(key, () => computed(() => undefined), true);
}

/** What a prompt cost; nothing where nothing of the session is known, or nothing was asked for. */
export function useTurnCost(turn: () => StoryTurn) {
  const costs = useCosts();
  return computed(() => {
    const sum = costs.value?.cost.requests.length ? costs.value.ofTurn(turn()) : undefined;
    return sum && (sum.requests > 0 || turn().kind === 'typed') ? sum : undefined;
  });
}

/** The request that a thing came with; `step`: only where it is the first of what the request brought. */
export function useRequest(item: () => StoryItem) {
  const costs = useCosts();
  return {
    step: computed((): RequestCost | undefined => costs.value?.joined.steps.get(item())),
    request: computed((): RequestCost | undefined => costs.value?.joined.requestOf.get(item())),
  };
}

export function useAgentCost(item: () => SubagentItem) {
  const costs = useCosts();
  return computed(() => costs.value?.joined.agents.get(item()));
}
