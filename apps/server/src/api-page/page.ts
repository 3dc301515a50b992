import { liveMessageSchema, liveRequestSchema } from '@telltale/core';
import { accessOf } from '../access/routes-table.ts';
import { jsonSchemaOf, namedTypes, nameOfType } from './named-types.ts';
import { type JsonSchema, ownText, typeText } from './type-text.ts';

/** What is used of the document of GET /openapi.json. */
export interface ApiDocument {
  paths: Record<string, Record<string, Operation>>;
}

interface Operation {
  summary: string;
  parameters: readonly { name: string; in: 'path' | 'query'; schema: JsonSchema }[];
  requestBody?: { content: Content };
  responses: Record<string, { description: string; content?: Content }>;
}

type Content = Record<string, { schema: JsonSchema }>;

/** The first part of a path decides where it stands. */
const chapters = {
  events: 'Events',
  sessions: 'Sessions',
  search: 'Search',
  analysis: 'Analyses',
  ingest: 'Sending',
  v1: 'Sending',
} as const satisfies Record<string, string>;
const otherChapter = 'The service';

/** What each message of the socket means; its shape is told by its schema. */
export const liveWords = {
  hello: 'the first one; another `store` than before: the database was replaced, start over',
  events: 'new events that the filter lets through; go on from `upTo`. An empty list moves the place only',
  skipped: 'a slow viewer was not sent these: ask `GET /api/events?after=<from - 1>`',
  sessions: 'sessions that are told otherwise now',
  deleted: 'sessions that are gone',
  error: 'the subscription could not be read; the one before goes on',
} as const;

const begin = '<!-- generated: npm run api -w apps/server -->';
const end = '<!-- end of generated -->';

/** The page with its generated part made anew; what was written by hand stays. */
export function withRoutes(page: string, document: ApiDocument): string {
  const [from, to] = [page.indexOf(begin), page.indexOf(end)];
  if (from < 0 || to < from) throw new Error(`docs/api.md must hold "${begin}" and "${end}"`);
  return `${page.slice(0, from)}${begin}\n\n${routesText(document)}\n${liveText()}\n${typesText()}\n${page.slice(to)}`;
}

function routesText({ paths }: ApiDocument): string {
  const byChapter = new Map<string, string[]>(
    [...Object.values(chapters), otherChapter].map((chapter) => [chapter, []]),
  );
  for (const [path, operations] of Object.entries(paths)) {
    const [part = ''] = /(?<=^\/(?:api\/)?)[a-z0-9]+/.exec(path.replace(/^\/api\/(?=.)/, '/')) ?? [];
    const chapter =
      Object.hasOwn(chapters, part) && path !== '/events' ? chapters[part as keyof typeof chapters] : otherChapter;
    const texts = byChapter.get(path === '/events' ? chapters.ingest : chapter);
    for (const [method, operation] of Object.entries(operations)) texts?.push(routeText(method, path, operation));
  }
  return [...byChapter]
    .map(([chapter, texts]) => `## ${chapter}\n\n${texts.map((text) => `${text.trimEnd()}\n`).join('\n')}`)
    .join('\n');
}

function routeText(method: string, path: string, { summary, parameters, requestBody, responses }: Operation): string {
  const name = `${method.toUpperCase()} ${path}`;
  const { needs } = accessOf(method, path.replace(/\{(\w+)\}/g, ':$1'));
  const asked = parameters.filter((parameter) => parameter.in === 'query');
  const body = requestBody && Object.entries(requestBody.content);
  return [
    `### \`${name}\`\n\n`,
    `${summary}${needs === 'nobody' ? '' : ` Scope: ${needs}.`}\n\n`,
    ...(asked.length > 0 ? [`| parameter | |\n| --- | --- |\n${asked.map(parameterRow).join('')}\n`] : []),
    ...(body ?? []).map(([type, { schema }]) => `Body, \`${type}\`:\n\n${typeBlock(schema)}\n`),
    ...Object.entries(responses).map(([status, answer]) => answerText(status, answer)),
  ].join('');
}

function parameterRow({ name, schema }: Operation['parameters'][number]): string {
  const { description, default: usual } = schema;
  const words = [
    ...(description === undefined ? [] : [description]),
    ...(schema.enum ? [schema.enum.map((value) => `\`${value}\``).join(', ')] : []),
    ...(schema.type === 'integer' && (schema.maximum ?? Number.MAX_SAFE_INTEGER) < 1e9
      ? [`up to ${schema.maximum}`]
      : []),
    ...(usual === undefined ? [] : [`absent: \`${usual}\``]),
  ];
  return `| \`${name}\` | ${words.join('; ').replaceAll('|', '\\|')} |\n`;
}

function answerText(status: string, { description, content }: Operation['responses'][string]): string {
  const [[type, told] = [], ...others] = Object.entries(content ?? {});
  const isProblem = told !== undefined && nameOfType(told.schema) === 'Problem';
  if (told === undefined || isProblem) return `- **${status}** ${description}\n`;
  const types = [type, ...others.map(([other]) => other)].filter((one) => one !== 'application/json');
  const kind = types.length > 0 ? ` (${types.map((one) => `\`${one}\``).join(', ')})` : '';
  if (type !== 'application/json') return `- **${status}** ${description}${kind}\n`;
  return `- **${status}** ${description}${kind}\n\n${typeBlock(told.schema)}\n`;
}

function liveText(): string {
  const messages = jsonSchemaOf(liveMessageSchema, 'output').anyOf ?? [];
  const rows = messages.map((message) => {
    const [name = ''] = Object.keys(message.properties ?? {});
    return `// ${liveWords[name as keyof typeof liveWords]}\n${typeText(message, nameOfType)}\n`;
  });
  return `## Live: \`/live\`

A WebSocket; each frame is one JSON object. The client subscribes, as often as it likes; the last one counts:

${typeBlock(jsonSchemaOf(liveRequestSchema, 'input'))}
The service sends one of these:

\`\`\`ts
${rows.join('')}\`\`\`
`;
}

function typesText(): string {
  const blocks = Object.entries(namedTypes).map(([name, schema]) => {
    const text = ownText(jsonSchemaOf(schema, 'output'), (inner) =>
      nameOfType(inner) === name ? undefined : nameOfType(inner),
    );
    return `### ${name}\n\n\`\`\`ts\n${text}\n\`\`\`\n`;
  });
  return `## Types\n\nWhat is absent is not known, or does not apply.\n\n${blocks.join('\n')}`;
}

function typeBlock(schema: JsonSchema): string {
  return `\`\`\`ts\n${typeText(schema, nameOfType).trimStart()}\n\`\`\`\n`;
}
