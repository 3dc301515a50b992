export type Present<T> = { [K in keyof T as undefined extends T[K] ? never : K]: T[K] } & {
  [K in keyof T as undefined extends T[K] ? K : never]?: Exclude<T[K], undefined>;
};

/** The fields that are known: absent, not undefined, so that JSON and equality agree. */
export function present<T extends object>(fields: T): Present<T> {
  const known: Record<string, unknown> = {};
  for (const [key, value] of Object.entries(fields)) if (value !== undefined) known[key] = value;
  return known as Present<T>;
}
