import { type Component, defineAsyncComponent } from 'vue';
import type { OpenedAction } from '../opened/opened-action.ts';
import { isSpoken } from './spoken-words.ts';

const shell = defineAsyncComponent(() => import('./BashCall.vue'));
const change = defineAsyncComponent(() => import('./FileChangeCall.vue'));
const read = defineAsyncComponent(() => import('./ReadCall.vue'));
const search = defineAsyncComponent(() => import('./SearchCall.vue'));
const web = defineAsyncComponent(() => import('./WebCall.vue'));
const agent = defineAsyncComponent(() => import('./AgentCall.vue'));
const tasks = defineAsyncComponent(() => import('./TaskListCall.vue'));
const mcp = defineAsyncComponent(() => import('./McpCall.vue'));
const question = defineAsyncComponent(() => import('./QuestionCall.vue'));
const plan = defineAsyncComponent(() => import('./PlanCall.vue'));
const spoken = defineAsyncComponent(() => import('./SpokenEvent.vue'));

/** Tool → what shows it. Whatever has no row is shown as keys and values. */
const byTool: Readonly<Record<string, Component>> = {
  Bash: shell,
  PowerShell: shell,
  Edit: change,
  MultiEdit: change,
  Write: change,
  NotebookEdit: change,
  Read: read,
  NotebookRead: read,
  Grep: search,
  Glob: search,
  WebFetch: web,
  WebSearch: web,
  Agent: agent,
  Task: agent,
  TodoWrite: tasks,
  TaskCreate: tasks,
  TaskUpdate: tasks,
  TaskGet: tasks,
  TaskList: tasks,
  AskUserQuestion: question,
  ExitPlanMode: plan,
};

export function rendererOf(action: OpenedAction): Component | undefined {
  const { toolName } = action;
  if (toolName === undefined) return isSpoken(action) ? spoken : undefined;
  if (Object.hasOwn(byTool, toolName)) return byTool[toolName];
  return toolName.startsWith('mcp__') ? mcp : undefined;
}
