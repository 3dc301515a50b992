import type { RedactionRule } from './rule.ts';
import { base64Boundary, base64UrlBoundary, boundary, orSlash, slash } from './shapes.ts';

const keyText = String.raw`(?:\s|\\+[nrt]|[^-"'\x60\\<>{}\s]|-[A-Za-z0-9])`;

/** Secrets that give themselves away by their own shape, wherever they stand. */
export const tokenRules = [
  {
    name: 'private-key',
    literals: ['private key'],
    // A body may hold single dashes (Proc-Type, DEK-Info) but never two: the next BEGIN ends it, also in hostile text.
    // Without its END line it is masked too: output is often cut.
    expression: `-----BEGIN [A-Z0-9 ]{0,30}PRIVATE KEY(?: BLOCK)?-----${keyText}{0,200}?[A-Za-z0-9+/]{24,}${keyText}*(?:-----END [A-Z0-9 ]{0,30}PRIVATE KEY(?: BLOCK)?-----)?`,
  },
  {
    name: 'anthropic-key',
    literals: ['sk-ant-'],
    expression: 'sk-ant-[A-Za-z0-9_-]{10,}',
  },
  { name: 'telltale-token', literals: ['ttk_'], expression: 'ttk_[A-Za-z0-9_-]{40,}' },
  {
    name: 'openai-key',
    literals: ['sk-'],
    expression: `${boundary}sk-(?:(?:proj|svcacct|admin|None|or-v1|lf|live|test)-[A-Za-z0-9_-]{16,}|[A-Za-z0-9]{20,})`,
  },
  {
    name: 'github-token',
    literals: ['ghp_', 'gho_', 'ghu_', 'ghs_', 'ghr_', 'github_pat_'],
    expression: 'gh[opsur]_[A-Za-z0-9_]{30,}|github_pat_[A-Za-z0-9_]{22,}',
  },
  {
    name: 'gitlab-token',
    literals: ['glpat-', 'gldt-', 'glrt-', 'glcbt-', 'glptt-', 'glft-', 'glimt-', 'glagent-', 'gloas-', 'glsoat-'],
    expression: String.raw`gl(?:pat|dt|rt|cbt|ptt|ft|imt|agent|oas|soat)-[A-Za-z0-9_-]{20,}(?:\.[0-9a-z]{2}\.[0-9a-z]{9})?`,
  },
  {
    name: 'aws-access-key',
    literals: ['akia', 'asia'],
    expression: String.raw`${boundary}A(?:KI|SI)A[A-Z0-9]{16}\b`,
  },
  {
    name: 'aws-signature',
    literals: ['aws4-hmac-sha256'],
    expression: `(AWS4-HMAC-SHA256 ${orSlash(String.raw`[^"'\\\r\n]`)}{0,300}Signature=)[0-9a-f]{16,}`,
  },
  {
    name: 'slack-token',
    literals: ['xoxa-', 'xoxb-', 'xoxc-', 'xoxd-', 'xoxe-', 'xoxo-', 'xoxp-', 'xoxr-', 'xoxs-', 'xoxe.xox', 'xapp-'],
    expression: String.raw`(?:xoxe\.)?xox[abcdeoprs]-[A-Za-z0-9-]{10,}|xapp-[0-9]-[A-Za-z0-9-]{10,}`,
  },
  {
    name: 'webhook-url',
    literals: ['hooks.slack.com', 'discord', 'webhook.office.com'],
    expression: String.raw`((?:hooks\.slack\.com${slash}(?:services|workflows|triggers)|discord(?:app)?\.com${slash}api${slash}webhooks|webhook\.office\.com${slash}webhookb2)${slash})${orSlash('[A-Za-z0-9_+@/-]')}{20,}`,
  },
  {
    name: 'json-web-token',
    literals: ['.eyj'],
    expression: String.raw`${base64UrlBoundary}eyJ[A-Za-z0-9_-]{8,}\.eyJ[A-Za-z0-9_-]{8,}(?:\.[A-Za-z0-9_-]*)?`,
  },
  {
    name: 'google-key',
    literals: ['aiza', 'gocspx-', 'ya29.', '1//0'],
    expression: String.raw`${base64Boundary}(?:AIza[A-Za-z0-9_-]{35}|GOCSPX-[A-Za-z0-9_-]{20,}|ya29\.[A-Za-z0-9_-]{20,}|1//0[A-Za-z0-9_-]{30,})`,
  },
  {
    name: 'stripe-key',
    literals: ['sk_live_', 'rk_live_', 'sk_test_', 'rk_test_', 'whsec_'],
    expression: '[rs]k_(?:live|test)_[A-Za-z0-9]{10,}|whsec_[A-Za-z0-9+/=]{20,}',
  },
  { name: 'npm-token', literals: ['npm_'], expression: 'npm_[A-Za-z0-9]{36}' },
  { name: 'pypi-token', literals: ['pypi-'], expression: 'pypi-[A-Za-z0-9_-]{50,}' },
  {
    name: 'huggingface-token',
    literals: ['hf_', 'api_org_'],
    expression: `${boundary}(?:hf|api_org)_[A-Za-z0-9]{30,}`,
  },
  {
    name: 'sendgrid-key',
    literals: ['sg.'],
    expression: String.raw`${boundary}SG\.[A-Za-z0-9_-]{16,}\.[A-Za-z0-9_-]{16,}`,
  },
  {
    name: 'discord-token',
    literals: ['discord', '.login('],
    expression: String.raw`${base64UrlBoundary}[MNO][A-Za-z0-9_-]{23,27}\.[A-Za-z0-9_-]{6}\.[A-Za-z0-9_-]{27,}`,
  },
  {
    name: 'telegram-token',
    literals: [':aa'],
    expression: '(^|[^0-9])[0-9]{8,10}:AA[A-Za-z0-9_-]{33}',
  },
  {
    name: 'azure-key',
    literals: ['accountkey=', 'sharedaccesskey='],
    expression: `((?:Account|SharedAccess)Key=)${orSlash('[A-Za-z0-9+/]')}{20,}={0,2}`,
  },
  {
    name: 'azure-client-secret',
    literals: ['q~'],
    expression: '[A-Za-z0-9_~.-]{3}[0-9]Q~[A-Za-z0-9_~.-]{31,34}',
  },
  { name: 'age-key', literals: ['age-secret-key-'], expression: 'AGE-SECRET-KEY-(?:PQ-)?1[0-9A-Z]{50,}' },
  {
    name: 'vault-token',
    literals: ['hvs.', 'hvb.', 'hvr.', '.atlasv1.'],
    expression: String.raw`${boundary}(?:hv[sbr]\.[A-Za-z0-9_-]{20,}|[A-Za-z0-9]{14}\.atlasv1\.[A-Za-z0-9_=-]{60,})`,
  },
  { name: 'digitalocean-token', literals: ['dop_v1_', 'doo_v1_', 'dor_v1_'], expression: 'do[opr]_v1_[a-f0-9]{40,}' },
  { name: 'databricks-token', literals: ['dapi'], expression: `${boundary}dapi[a-f0-9]{32}(?:-[0-9])?` },
  {
    name: 'twilio-key',
    // Half of the keys have a digit third; the others are looked for only where Twilio is spoken of ("asked", "skeleton").
    literals: ['twilio', ...Array.from('0123456789', (digit) => `sk${digit}`)],
    expression: String.raw`${boundary}SK[0-9a-f]{32}\b`,
  },
  {
    name: 'grafana-token',
    literals: ['glsa_', 'glc_'],
    expression: 'glsa_[A-Za-z0-9]{32}_[a-fA-F0-9]{8}|glc_[A-Za-z0-9+/=]{32,}',
  },
  {
    name: 'service-token',
    literals: [
      ...['dckr_pat_', 'dckr_oat_', 'lin_api_', 'ntn_', 'figd_', 'shpat_', 'shpca_', 'shppa_', 'shpss_', 'sntrys_'],
      ...['sntryu_', 'rubygems_', 'gsk_', 'lsv2_', 'sbp_', 'sb_secret_', 'pscale_', 'nfp_', 'sgp_', 'jina_', 'r8_'],
      ...['ops_eyj', 'fm2_', 'pmak-', 'xai-', 'pplx-', 'tvly-', 'tskey-', 'nrak-', 'pul-', 'nvapi-', 'hrku-', 'dp.'],
      ...['atatt3', 'atctt3', 'atbb'],
    ],
    expression: [
      `${boundary}(?:`,
      '(?:dckr_[op]at|lin_api|ntn|figd|shp(?:at|ca|pa|ss)|sntry[su]|rubygems|gsk|lsv2_[ps][kt]|sbp|sb_secret|nfp|sgp|jina|r8)',
      '_[A-Za-z0-9_=+/-]{27,}|pscale_(?:tkn|pw|oauth)_[A-Za-z0-9_.=-]{32,}|ops_eyJ[A-Za-z0-9+/=_-]{60,}|',
      'fm2_[A-Za-z0-9+/=]{50,}|(?:PMAK|xai|pplx|tvly|tskey|NRAK|pul|nvapi|HRKU)-[A-Za-z0-9_-]{24,}|',
      String.raw`dp\.(?:pt|st|ct|sa|scim|audit)\.[A-Za-z0-9._-]{40,}|AT[AC]TT3[A-Za-z0-9_=-]{60,}|ATBB[A-Za-z0-9]{24,})`,
    ].join(''),
  },
] as const satisfies readonly RedactionRule[];
