import {
  ArrowRight,
  Bell,
  Bot,
  Brain,
  ChevronRight,
  CircleCheck,
  CircleHelp,
  CirclePlay,
  CircleStop,
  FilePen,
  FileText,
  FolderOpen,
  FolderSearch,
  Globe,
  ListChecks,
  Map as MapIcon,
  MessageSquareText,
  Minimize2,
  OctagonAlert,
  Pencil,
  Plug,
  Search,
  Settings2,
  SquareTerminal,
  TriangleAlert,
  Workflow,
  Wrench,
} from '@lucide/vue';
import { rowOf } from '@telltale/core';
import type { Component } from 'vue';

const byTool: Readonly<Record<string, Component>> = {
  Bash: SquareTerminal,
  BashOutput: SquareTerminal,
  KillShell: SquareTerminal,
  Edit: Pencil,
  MultiEdit: Pencil,
  NotebookEdit: Pencil,
  Write: FilePen,
  Read: FileText,
  Grep: Search,
  Glob: FolderSearch,
  LS: FolderOpen,
  WebFetch: Globe,
  WebSearch: Globe,
  Agent: Bot,
  Task: Bot,
  TodoWrite: ListChecks,
  TaskCreate: ListChecks,
  TaskUpdate: ListChecks,
  TaskList: ListChecks,
  TaskGet: ListChecks,
  AskUserQuestion: CircleHelp,
  EnterPlanMode: MapIcon,
  ExitPlanMode: MapIcon,
  Skill: Workflow,
};

const byEvent: Readonly<Record<string, Component>> = {
  SessionStart: CirclePlay,
  SessionEnd: CircleStop,
  UserPromptSubmit: ChevronRight,
  UserPromptExpansion: ChevronRight,
  MessageDisplay: MessageSquareText,
  Stop: CircleCheck,
  StopFailure: OctagonAlert,
  SubagentStart: Bot,
  SubagentStop: Bot,
  Notification: Bell,
  PermissionRequest: TriangleAlert,
  PermissionDenied: TriangleAlert,
  Elicitation: CircleHelp,
  PreCompact: Minimize2,
  PostCompact: Minimize2,
  TaskCreated: ListChecks,
  TaskCompleted: ListChecks,
  ConfigChange: Settings2,
  CwdChanged: FolderOpen,
  alert: OctagonAlert,
  api_error: OctagonAlert,
  api_request: Brain,
  user_prompt: ChevronRight,
  assistant_response: MessageSquareText,
  mcp_server_connection: Plug,
};

/** Every icon that a row may have. */
export const glyphs: readonly Component[] = [
  ...Object.values(byTool),
  ...Object.values(byEvent),
  Plug,
  Wrench,
  ArrowRight,
];

/** The icon of a tool or an event; unknown tools get a wrench, unknown events an arrow. */
export function glyphOf(name: string, toolName?: string): Component {
  if (toolName) return rowOf(byTool, toolName) ?? (toolName.startsWith('mcp__') ? Plug : Wrench);
  return rowOf(byEvent, name) ?? ArrowRight;
}
