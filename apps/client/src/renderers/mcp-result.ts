import { isRecord } from '../opened/opened-action.ts';
import { textBlocks } from './shell-run.ts';

/** An MCP tool's result: its text, and where that is JSON, the JSON laid out. */
export function mcpResult(response: unknown): { text: string; json?: string } {
  const text = typeof response === 'string' ? response : textBlocks(response);
  const structure = text === '' ? structureOf(response) : parsed(text);
  return structure === undefined ? { text } : { text, json: JSON.stringify(structure, undefined, 2) };
}

function parsed(text: string): unknown {
  if (!/^\s*[[{]/.test(text)) return undefined;
  try {
    return JSON.parse(text);
  } catch {
    // It only looked like JSON.
    return undefined;
  }
}

function structureOf(response: unknown): unknown {
  if (isRecord(response) && response.structuredContent !== undefined) return response.structuredContent;
  if (!isRecord(response) || Object.keys(response).length === 0 || Array.isArray(response.content)) return undefined;
  return response;
}
