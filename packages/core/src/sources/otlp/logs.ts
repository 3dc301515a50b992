import { originOfTelemetry } from '../../agent-provider.ts';
import { describeTelemetry, isBookkeeping, outcomeOfTelemetry } from '../../catalogue/telemetry.ts';
import type { NewEvent } from '../../event.ts';
import { type Fields, isFields, numericAt, textAt } from '../../fields.ts';
import { readAt } from '../at.ts';
import { badRecord, type OtlpContext, type OtlpRecords, type Placed, redactorOf, walk } from './records.ts';
import { canonical, millisOf, readAttributes, readNanos, readValue } from './value.ts';

/** A log record as an event, with the text of its payload. */
export interface LogEvent {
  event: NewEvent;
  payloadText: string;
}

/** Where neither telemetry nor hooks name the project. */
export const unknownApp = 'unknown';

const levels = { resources: 'resourceLogs', scopes: 'scopeLogs', items: 'logRecords' };

/**
 * The log records of an OTLP request → events of source `otel`, redacted. The id comes from (session.id,
 * event.sequence, time, event.name): the sequence alone restarts with every process of a session.
 */
export function readLogs(body: unknown, context: OtlpContext): OtlpRecords<LogEvent> {
  const read: OtlpRecords<LogEvent> = { records: [], bad: [] };
  /** Records of others have no sequence: equal ones of one request are told apart by their order. */
  const equals = new Map<string, number>();
  walk(body, levels, read.bad, (placed) => {
    const attributes = readAttributes(placed.item.attributes);
    if (attributes === undefined) {
      read.bad.push(badRecord('attributes must be a list of key and value', placed.item));
      return;
    }
    read.records.push(logEvent(placed, attributes, context, equals));
  });
  return read;
}

function logEvent(placed: Placed, attributes: Fields, context: OtlpContext, equals: Map<string, number>): LogEvent {
  const { item, resource, scope } = placed;
  const body = readValue(item.body);
  const name = nameOf(item, attributes, body);
  const nanos = readNanos(item.timeUnixNano) ?? readNanos(item.observedTimeUnixNano);
  const told: Fields = { ...attributes };
  if (body !== undefined && body !== `claude_code.${name}`) told.body = body;
  const traceId = textAt(item, 'traceId');
  if (traceId !== undefined) told.traceId = traceId;
  const spanId = textAt(item, 'spanId');
  if (spanId !== undefined) told.spanId = spanId;
  const key = keyOf({ attributes, name, nanos, scope, content: { told, resource } }, equals);

  const isCompact = isBookkeeping(name);
  if (!isCompact && Object.keys(resource).length > 0) told.resource = resource;
  const text = JSON.stringify(told);
  const redacted = redactorOf(context)(text);
  const payload = redacted.text === text ? told : (JSON.parse(redacted.text) as Fields);
  const event = eventOf(name, payload, {
    id: context.idOf(key),
    at: readAt(millisOf(nanos), context.receivedAt),
    app: textAt(payload, 'project') ?? textAt(resource, 'project') ?? unknownApp,
  });
  const origin = originOfTelemetry(resource, scope, redactorOf(context));
  if (origin !== undefined) event.origin = origin;
  if (redacted.masked > 0) event.masked = redacted.masked;
  if (!isCompact) return { event, payloadText: redacted.text };
  event.payload = ownFields(payload);
  return { event, payloadText: JSON.stringify(event.payload) };
}

function keyOf(
  record: { attributes: Fields; name: string; nanos: string | undefined; scope: string; content: unknown },
  equals: Map<string, number>,
): string {
  const { attributes, name, nanos = '', scope, content } = record;
  const sequence = attributes['event.sequence'];
  const session = textAt(attributes, 'session.id');
  if (session !== undefined && sequence !== undefined) return ['log', session, sequence, nanos, name].join('\n');
  const key = ['log', scope, nanos, name, canonical(content)].join('\n');
  const nth = equals.get(key) ?? 0;
  equals.set(key, nth + 1);
  return nth === 0 ? key : `${key}\n${nth}`;
}

function nameOf(item: Fields, attributes: Fields, body: unknown): string {
  const name = textAt(attributes, 'event.name') ?? textAt(item, 'eventName');
  if (name !== undefined) return name.replace(/^claude_code\./, '').slice(0, maxNameLength) || 'log';
  const isName = typeof body === 'string' && /^[\w.:-]{1,80}$/.test(body);
  return isName ? body.replace(/^claude_code\./, '') || 'log' : 'log';
}

const maxNameLength = 200;

function eventOf(name: string, payload: Fields, known: Pick<NewEvent, 'id' | 'at' | 'app'>): NewEvent {
  const toolName = toolNameOf(payload);
  const event: NewEvent = {
    ...known,
    source: 'otel',
    name,
    summary: describeTelemetry(name, payload, toolName) || name,
    payload,
  };
  const sessionId = textAt(payload, 'session.id');
  if (sessionId !== undefined) event.sessionId = sessionId;
  const promptId = textAt(payload, 'prompt.id');
  if (promptId !== undefined) event.promptId = promptId;
  const toolUseId = textAt(payload, 'tool_use_id');
  if (toolUseId !== undefined) event.toolUseId = toolUseId;
  const agentId = textAt(payload, 'agent_id');
  if (agentId !== undefined) event.agentId = agentId;
  const agentType = textAt(payload, 'agent_type') ?? textAt(payload, 'agent.name');
  if (agentType !== undefined) event.agentType = agentType;
  if (toolName !== undefined) event.toolName = toolName;
  const outcome = outcomeOfTelemetry(name, payload);
  if (outcome !== undefined) event.outcome = outcome;
  const model = textAt(payload, 'model');
  if (model !== undefined) event.model = model;
  const durationMs = numericAt(payload, 'duration_ms') ?? numericAt(payload, 'total_duration_ms');
  if (durationMs !== undefined && durationMs >= 0) event.durationMs = durationMs;
  return event;
}

/** Hooks say `mcp__lab__add`; telemetry says `mcp_tool` and tells the names among the parameters, when asked to. */
function toolNameOf(payload: Fields): string | undefined {
  const name = textAt(payload, 'tool_name');
  if (name !== 'mcp_tool') return name;
  const parameters = jsonIn(payload, 'tool_parameters');
  const server = textAt(parameters, 'mcp_server_name');
  const tool = textAt(parameters, 'mcp_tool_name');
  return server === undefined || tool === undefined ? name : `mcp__${server}__${tool}`;
}

function jsonIn(payload: Fields, key: string): Fields | undefined {
  try {
    const value: unknown = JSON.parse(textAt(payload, key) ?? 'null');
    return isFields(value) ? value : undefined;
  } catch {
    // A cut text: the client shortens what is long.
    return undefined;
  }
}

/** What is in every record, or in a column of the event, is left out of the records that are most of the volume. */
function ownFields(payload: Fields): Fields {
  return Object.fromEntries(Object.entries(payload).filter(([key]) => !everywhere.has(key)));
}

const everywhere: ReadonlySet<string> = new Set([
  ...['session.id', 'prompt.id', 'agent_id', 'event.name', 'event.timestamp'],
  ...['user.id', 'user.email', 'user.account_uuid', 'user.account_id', 'organization.id', 'terminal.type'],
  ...['app.version', 'anthropic.provider', 'anthropic.custom_base_url', 'traceId', 'spanId', 'project'],
]);
