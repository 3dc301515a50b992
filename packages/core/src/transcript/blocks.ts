import type { Outcome } from '../event.ts';
import { type Fields, fieldsAt, isFields, textAt } from '../fields.ts';

/** The content blocks of a row's message; text alone is one block. */
export function blocksOf(line: Fields): readonly Fields[] {
  return contentBlocks(fieldsAt(line, 'message')?.content);
}

export function contentBlocks(content: unknown): readonly Fields[] {
  if (typeof content === 'string') return content === '' ? [] : [{ type: 'text', text: content }];
  return Array.isArray(content) ? content.filter(isFields) : [];
}

/** The text of a content, its blocks joined by line ends. */
export function contentText(content: unknown): string {
  return contentBlocks(content)
    .map((block) => textAt(block, 'text') ?? '')
    .filter((text) => text !== '')
    .join('\n');
}

/** `tool_use`, and what the API runs itself: `server_tool_use`, `mcp_tool_use`. */
export function isToolUse(block: Fields): boolean {
  return textAt(block, 'type')?.endsWith('tool_use') ?? false;
}

export function isToolResult(block: Fields): boolean {
  return textAt(block, 'type')?.endsWith('tool_result') ?? false;
}

export interface StoryImage {
  mediaType: string;
  /** Base64; absent where the picture is elsewhere. */
  data?: string;
  url?: string;
}

export function imagesOf(blocks: readonly Fields[]): StoryImage[] {
  return blocks.flatMap((block) => {
    const source = block.type === 'image' ? fieldsAt(block, 'source') : undefined;
    if (!source) return [];
    const data = textAt(source, 'data');
    const url = textAt(source, 'url');
    return [
      {
        mediaType: textAt(source, 'media_type') ?? 'image/png',
        ...(data !== undefined && { data }),
        ...(url !== undefined && { url }),
      },
    ];
  });
}

/** Texts with which clients that wrote no `toolDenialKind` told a refusal. */
const refusals = /^(?:Permission to use|The user doesn't want to|Claude requested permissions)|has been denied\.?$/;

/** How the call ended, as the row with its result tells. */
export function resultOutcome(line: Fields, block: Fields): Outcome {
  const result = line.toolUseResult;
  if (block.is_error !== true) return isFields(result) && result.interrupted === true ? 'interrupted' : 'ok';
  const text = contentText(block.content);
  if (line.toolDenialKind !== undefined || fieldsAt(line, 'permissionDecision')?.decision === 'reject') return 'denied';
  if (refusals.test(text)) return 'denied';
  return text.startsWith('[Request interrupted') ? 'interrupted' : 'failed';
}
