/** What is used of JSON Schema. */
export interface JsonSchema {
  $ref?: string;
  type?: string | string[];
  const?: unknown;
  enum?: unknown[];
  anyOf?: JsonSchema[];
  oneOf?: JsonSchema[];
  allOf?: JsonSchema[];
  items?: JsonSchema;
  prefixItems?: JsonSchema[];
  properties?: Record<string, JsonSchema>;
  required?: string[];
  additionalProperties?: boolean | JsonSchema;
  description?: string;
  default?: unknown;
  minimum?: number;
  maximum?: number;
}

/** The name of a schema that has its own heading. */
export type NameOf = (schema: JsonSchema) => string | undefined;

const lineWidth = 110;

/** A schema as TypeScript would say it: on one line where it fits. */
export function typeText(schema: JsonSchema, nameOf: NameOf, indent = ''): string {
  return nameOf(schema) ?? ownText(schema, nameOf, indent);
}

/** The same, written out although it has a name. */
export function ownText(schema: JsonSchema, nameOf: NameOf, indent = ''): string {
  if (schema.const !== undefined) return JSON.stringify(schema.const);
  if (schema.enum) return schema.enum.map((value) => JSON.stringify(value)).join(' | ');
  const options = schema.anyOf ?? schema.oneOf;
  if (options) return unionText(options, nameOf, indent);
  if (schema.allOf) return schema.allOf.map((part) => typeText(part, nameOf, indent)).join(' & ');
  if (Array.isArray(schema.type))
    return schema.type.map((type) => ownText({ ...schema, type }, nameOf, indent)).join(' | ');
  if (schema.prefixItems) return `[${schema.prefixItems.map((item) => typeText(item, nameOf, indent)).join(', ')}]`;
  if (schema.type === 'array') return `${inBrackets(typeText(schema.items ?? {}, nameOf, indent))}[]`;
  if (schema.type === 'object' || schema.properties) return objectText(schema, nameOf, indent);
  if (schema.type === 'integer') return 'number';
  return schema.type ?? 'unknown';
}

function unionText(options: readonly JsonSchema[], nameOf: NameOf, indent: string): string {
  const texts = [...new Set(options.map((option) => typeText(option, nameOf, indent)))];
  const line = texts.join(' | ');
  if (!line.includes('\n') && indent.length + line.length <= lineWidth) return line;
  return texts.map((text) => `\n${indent}  | ${text.replaceAll('\n', '\n  ')}`).join('');
}

function objectText(schema: JsonSchema, nameOf: NameOf, indent: string): string {
  const fields = Object.entries(schema.properties ?? {}).map(([name, field]) => {
    const mark = schema.required?.includes(name) ? '' : '?';
    const key = /^[A-Za-z_$][\w$]*$/.test(name) ? name : JSON.stringify(name);
    return `${key}${mark}: ${typeText(field, nameOf, `${indent}  `)}`;
  });
  const more = schema.additionalProperties;
  if (typeof more === 'object' && Object.keys(more).length > 0)
    fields.push(`[key: string]: ${typeText(more, nameOf, indent)}`);
  else if (fields.length === 0) return 'object';
  const line = `{ ${fields.join(', ')} }`;
  if (!line.includes('\n') && indent.length + line.length <= lineWidth) return line;
  return `{\n${fields.map((field) => `${indent}  ${field}\n`).join('')}${indent}}`;
}

function inBrackets(text: string): string {
  return text.includes(' | ') && !text.startsWith('{') ? `(${text})` : text;
}
