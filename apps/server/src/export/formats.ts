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

interface Format {
  type: string;
  ending: string;
  /** The file in pieces of any size. */
  write(reader: SessionReader, facts: ExportFacts): AsyncIterable<string>;
}

const json = { type: 'application/json', ending: '.json' };

export const formats: Readonly<Record<ExportFormat, Format>> = {
  json: { ...json, write: whole((sources, facts) => [readableJson(sessionDocument(sources, facts))]) },
  ams: { ...json, ending: '.ams.json', write: whole((sources, facts) => [amsJson(sources, facts)]) },
  csv: { type: 'text/csv; charset=utf-8', ending: '.csv', write: whole(csvLines) },
  html: { type: 'text/html; charset=utf-8', ending: '.html', write: whole(pageHtml) },
  ndjson: {
    type: 'application/x-ndjson',
    ending: '.ndjson',
    async *write(reader) {
      yield line({ session: reader.session() });
      for await (const event of reader.events()) yield line({ event });
      for await (const entry of reader.entries()) yield line({ entry });
    },
  },
};

/** A format that needs the whole session before its first word. */
function whole(text: (sources: ExportSources, facts: ExportFacts) => Iterable<string>): Format['write'] {
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
