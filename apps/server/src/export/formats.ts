import {
  amsSession,
  csvLines,
  type ExportFacts,
  type ExportFormat,
  type ExportSources,
  sessionDocument,
} from '@telltale/core/export';
import { pageHtml } from './html/page.ts';
import type { SessionReader } from './read.ts';

/** The file in pieces of any size. */
type Write = (reader: SessionReader, facts: ExportFacts) => AsyncIterable<string>;

/** What writes a file of each format. */
export const formats: Readonly<Record<ExportFormat, Write>> = {
  json: whole((sources, facts) => [readableJson(sessionDocument(sources, facts))]),
  ams: whole((sources, facts) => [amsJson(sources, facts)]),
  csv: whole(csvLines),
  html: whole(pageHtml),
  async *ndjson(reader) {
    yield line({ session: reader.session() });
    for await (const annotation of reader.annotations()) yield line({ annotation });
    for await (const event of reader.events()) yield line({ event });
    for await (const entry of reader.entries()) yield line({ entry });
  },
};

/** A format that needs the whole session before its first word. */
function whole(text: (sources: ExportSources, facts: ExportFacts) => Iterable<string>): Write {
  return async function* (reader, facts) {
    const sources = await reader.sources();
    if (sources) yield* text(sources, facts);
  };
}

function amsJson(sources: ExportSources, facts: ExportFacts): string {
  return readableJson(amsSession(sources, facts, { thinking: true }));
}

function readableJson(value: unknown): string {
  return `${JSON.stringify(value, null, 2)}\n`;
}

function line(value: unknown): string {
  return `${JSON.stringify(value)}\n`;
}
