import MarkdownIt from 'markdown-it';
import { escapeHtml, readable } from './escape.ts';

/**
 * Markdown as HTML for a file that somebody else opens: no foreign HTML, no `style`, no picture from anywhere but the
 * text itself, and links that only the reader follows.
 */
export function markdownHtml(text: string): string {
  return `<div class="markdown">${markdown.render(readable(text))}</div>`;
}

const markdown = new MarkdownIt({ html: false, linkify: true });
// `app.ts` is a file here, not a host in Timor.
markdown.linkify.set({ fuzzyLink: false, fuzzyEmail: false });
/** Beside what markdown-it refuses itself: only what leads to a page or a mail program. */
markdown.validateLink = (url) => /^(?:https?:|mailto:|#)/i.test(url.trim()) || isInline(url);

const { rules } = markdown.renderer;

rules.link_open = (tokens, index, options, _env, self) => {
  const token = tokens[index];
  if (token && isInline(token.attrGet('href') ?? '')) token.attrSet('href', '#');
  token?.attrSet('rel', 'noopener noreferrer');
  return self.renderToken(tokens, index, options);
};

rules.image = (tokens, index) => {
  const token = tokens[index];
  const source = token?.attrGet('src') ?? '';
  const words = escapeHtml(token?.content || 'picture');
  if (isInline(source)) return `<img src="${escapeHtml(source)}" alt="${words}">`;
  return `<a href="${escapeHtml(source)}" rel="noopener noreferrer">${words}</a>`;
};

/** The column's side as a class: the file's policy knows no `style`. */
for (const cell of ['th_open', 'td_open'] as const) {
  rules[cell] = (tokens, index, options, _env, self) => {
    const token = tokens[index];
    const side = /text-align:(left|center|right)/.exec(token?.attrGet('style') ?? '')?.[1];
    if (token) token.attrs = side ? [['class', `side-${side}`]] : null;
    return self.renderToken(tokens, index, options);
  };
}

rules.table_open = () => '<div class="wide" tabindex="0"><table>';
rules.table_close = () => '</table></div>';
// Code wider than the page scrolls by itself, and so must be reached by keyboard.
for (const block of ['fence', 'code_block'] as const) {
  rules[block] = (tokens, index) =>
    `<pre tabindex="0"><code>${escapeHtml(tokens[index]?.content ?? '')}</code></pre>\n`;
}

function isInline(url: string): boolean {
  return /^data:image\/(?:png|jpeg|gif|webp);base64,[A-Za-z0-9+/=\s]+$/i.test(url);
}
