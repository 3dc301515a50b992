import { isRecord } from '../../opened/opened-action.ts';

/** A picture that is in the payload itself. */
export interface InlineImage {
  mediaType: string;
  data: string;
}

const shown = new Set(['image/png', 'image/jpeg', 'image/gif', 'image/webp']);

/** Its address; nothing for types that could hold more than a picture, and for what is not base64. */
export function imageUrl({ mediaType, data }: { mediaType: string; data?: string | undefined }): string | undefined {
  if (data === undefined || !shown.has(mediaType) || !/^[A-Za-z0-9+/=\s]+$/.test(data)) return undefined;
  return `data:${mediaType};base64,${data}`;
}

/** Pictures in a tool's response: of Read, of an MCP tool, of the API's own blocks. */
export function imagesIn(response: unknown): InlineImage[] {
  const blocks = Array.isArray(response) ? response : isRecord(response) ? [response, ...listOf(response.content)] : [];
  return blocks.flatMap((block) => (isRecord(block) ? imageOf(block) : []));
}

function imageOf(block: Record<string, unknown>): InlineImage[] {
  if (block.type !== 'image') return [];
  for (const place of [block.file, block.source, block]) {
    if (!isRecord(place)) continue;
    const data = place.base64 ?? place.data;
    const mediaType = place.type === 'image' || place.type === 'base64' ? undefined : place.type;
    const told = place.media_type ?? place.mimeType ?? mediaType ?? 'image/png';
    if (typeof data === 'string' && typeof told === 'string') return [{ mediaType: told, data }];
  }
  return [];
}

function listOf(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [];
}
