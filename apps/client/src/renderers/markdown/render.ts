import DOMPurify, { type Config } from 'dompurify';
import { markdownHtml } from './markdown-html.ts';

/** Markdown as HTML that may stand on the page: written by us from tokens, and cleaned again by what a browser reads in it. */
export function renderMarkdown(text: string): string {
  const known = cache.get(text);
  if (known !== undefined) return known;
  const html = DOMPurify.sanitize(markdownHtml(text), allowed);
  if (cache.size >= mostCached) cache.delete(cache.keys().next().value ?? '');
  cache.set(text, html);
  return html;
}

/** Rows leave the page and come back while somebody scrolls. */
const cache = new Map<string, string>();
const mostCached = 300;

const allowed: Config = {
  ALLOWED_TAGS: [
    ...['p', 'br', 'hr', 'h1', 'h2', 'h3', 'h4', 'h5', 'h6', 'blockquote', 'pre', 'code', 'em', 'strong', 's', 'a'],
    ...['ul', 'ol', 'li', 'table', 'thead', 'tbody', 'tr', 'th', 'td', 'img', 'div'],
  ],
  ALLOWED_ATTR: ['href', 'title', 'class', 'start', 'src', 'alt', 'target', 'rel', 'tabindex'],
  // Every other value is held to be an address, and dropped where it is none of these.
  ADD_URI_SAFE_ATTR: ['start', 'target', 'rel', 'tabindex'],
  ALLOWED_URI_REGEXP: /^(?:https?:|mailto:|#|data:image\/(?:png|jpeg|gif|webp);base64,)/i,
};
