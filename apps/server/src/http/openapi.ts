import * as z from 'zod';
import type { RouteDescription } from '../routes/route.ts';

/** The OpenAPI 3.1 document of the routes, from the schemas that check them. */
export function describeApi(routes: readonly RouteDescription[], version: string) {
  const paths: Record<string, Record<string, object>> = {};
  for (const route of routes) {
    const path = route.path.replace(/:(\w+)/g, '{$1}');
    paths[path] ??= {};
    paths[path][route.method] = operationOf(route);
  }
  return {
    openapi: '3.1.0',
    info: { title: 'Telltale', version, description: 'What Claude Code agents did, live and afterwards.' },
    paths,
  };
}

function operationOf(route: RouteDescription) {
  return {
    summary: route.summary,
    parameters: [...pathParameters(route.path), ...queryParameters(route.query)],
    ...(route.body && { requestBody: { required: true, content: contentOf(route.body, 'input') } }),
    responses: Object.fromEntries(
      Object.entries(route.answers).map(([status, answer]) => [status, responseOf(answer)]),
    ),
  };
}

function pathParameters(path: string) {
  return [...path.matchAll(/:(\w+)/g)].map(([, name]) => ({
    ...{ name, in: 'path', required: true, schema: { type: 'string' } },
  }));
}

function queryParameters(query: z.ZodObject | undefined) {
  if (!query) return [];
  const { properties = {} } = jsonSchemaOf(query, 'input');
  return Object.entries(properties).map(([name, schema]) => ({ name, in: 'query', required: false, schema }));
}

function responseOf({ description, schema, type, otherTypes = [] }: RouteDescription['answers'][number]) {
  const others = Object.fromEntries(otherTypes.map((other) => [other, { schema: { type: 'string' } }]));
  if (schema) {
    return { description, content: { ...contentOf({ [type ?? 'application/json']: schema }, 'output'), ...others } };
  }
  return type ? { description, content: { [type]: { schema: { type: 'string' } } } } : { description };
}

function contentOf(schemas: Record<string, z.ZodType>, io: 'input' | 'output') {
  return Object.fromEntries(
    Object.entries(schemas).map(([type, schema]) => [type, { schema: jsonSchemaOf(schema, io) }]),
  );
}

function jsonSchemaOf(schema: z.ZodType, io: 'input' | 'output') {
  const { $schema: _, ...rest } = z.toJSONSchema(schema, { io, unrepresentable: 'any' });
  return rest;
}
