import { createHash } from 'node:crypto';
import { escapeHtml } from './escape.ts';

export interface DocumentHead {
  title: string;
  version: string;
  style: string;
}

/**
 * How a file begins that is safe to open, wherever its words come from: nothing is loaded and nothing runs. What follows
 * must be escaped all the same.
 */
export function documentHead({ title, version, style }: DocumentHead): string {
  const policy = [
    "default-src 'none'",
    `style-src 'sha256-${createHash('sha256').update(style).digest('base64')}'`,
    'img-src data:',
    "base-uri 'none'",
    "form-action 'none'",
  ].join('; ');
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${policy}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="referrer" content="no-referrer">
<meta name="generator" content="Telltale ${escapeHtml(version)}">
<title>${escapeHtml(title)}</title>
<style>${style}</style>
</head>
<body>
`;
}
