import * as z from 'zod';

/**
 * What a token lets its bearer do. `ingest` sends and reads nothing; `numbers` reads counts, costs, states, times and
 * names; `viewer` reads everything; `admin` may do what this machine's own user may.
 */
export const tokenScopes = ['ingest', 'numbers', 'viewer', 'admin'] as const;

/** Every token begins so: scanners for secrets know it by that. */
export const tokenPrefix = 'ttk_';

const maxTokenDays = 3650;

/** A link that pairs a device is good for so long, until somebody opens it. */
export const pairingMs = 10 * 60_000;

const tokenSchema = z.object({
  id: z.string(),
  name: z.string(),
  scope: z.enum(tokenScopes),
  /** Whose it is, as sessions spell their user: what `user:me` means to its bearer. */
  user: z.string().optional(),
  /** Opens one browser and no other: `open` until that one came, `paired` from then on. */
  device: z.enum(['open', 'paired']).optional(),
  createdAt: z.string(),
  /** To the minute; absent: never. */
  lastUsedAt: z.string().optional(),
  /** Absent: it does not expire. */
  expiresAt: z.string().optional(),
});
export const tokenListSchema = z.object({ tokens: z.array(tokenSchema) });

const oneLine = z
  .string()
  .trim()
  .min(1, 'must not be empty')
  .max(100, 'must be at most 100 characters')
  // biome-ignore lint/suspicious/noControlCharactersInRegex: a name stands in a line of a terminal
  .regex(/^[^\u0000-\u001f\u007f]*$/, 'must be one line');

export const newTokenSchema = z.object({
  /** Whose, or what for; stands in the audit log. */
  name: oneLine,
  user: oneLine.optional(),
  scope: z.enum(tokenScopes, { error: `must be one of ${tokenScopes.join(', ')}` }),
  expiresInDays: z
    .number({ error: `must be 1–${maxTokenDays}` })
    .int(`must be 1–${maxTokenDays}`)
    .min(1, `must be 1–${maxTokenDays}`)
    .max(maxTokenDays, `must be 1–${maxTokenDays}`)
    .optional(),
  /** Only signs in, one browser, within `pairingMs`. */
  forOneDevice: z.boolean().optional(),
});
/** The only time that the token itself is told. */
export const createdTokenSchema = tokenSchema.extend({ token: z.string() });

/** `GET /api/access`: who asks, and what that one may do. */
export const accessSchema = z.object({
  /** Whether this service asks for a token at all. */
  required: z.boolean(),
  /** Absent for who has brought no valid token where one is required. */
  scope: z.enum(tokenScopes).optional(),
  /** Name of the token; `local` where none is required. */
  name: z.string().optional(),
  /** Who `user:me` is; absent where nobody knows. */
  user: z.string().optional(),
  /** By a cookie: there is something to sign out of. */
  signedIn: z.boolean(),
});

/** What the audit log tells of; never words that were read, written or searched. */
export const auditActions = [
  'looked',
  'watched',
  'searched',
  'exported',
  'annotated',
  'deleted',
  'imported',
  'pruned',
  'signed-in',
  'signed-out',
  'token-created',
  'token-revoked',
  'refused',
] as const;

const auditEntrySchema = z.object({
  no: z.number().int(),
  at: z.string(),
  action: z.enum(auditActions),
  /** Name of the token, `local` for this machine's own user, `nobody` for who has none. */
  who: z.string(),
  /** Id of the token. */
  tokenId: z.string().optional(),
  /** The address that it came from. */
  from: z.string(),
  sessionId: z.string().optional(),
  /** The route, the format of an export, the name of a token. */
  detail: z.string().optional(),
});
/** The newest first. */
export const auditPageSchema = z.object({ entries: z.array(auditEntrySchema), next: z.number().int().nullable() });

export type TokenScope = (typeof tokenScopes)[number];
export type Token = z.infer<typeof tokenSchema>;
export type TokenList = z.infer<typeof tokenListSchema>;
export type NewToken = z.infer<typeof newTokenSchema>;
export type CreatedToken = z.infer<typeof createdTokenSchema>;
export type AccessView = z.infer<typeof accessSchema>;
export type AuditAction = (typeof auditActions)[number];
export type AuditEntry = z.infer<typeof auditEntrySchema>;
export type AuditPage = z.infer<typeof auditPageSchema>;
