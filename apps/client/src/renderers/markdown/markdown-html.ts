import MarkdownIt from 'markdown-it';

/**
 * Markdown as HTML without a `style`, without foreign HTML, and with pictures only where they are in the text itself:
 * a session's words must not make the page ask another host.
 */
export function markdownHtml(text: string): string {
  return markdown.render(text);
}

const markdown = new MarkdownIt({ html: false, linkify: true, breaks: false });
// `app.ts` is a file here, not a host in Timor.
markdown.linkify.set({ fuzzyLink: false, fuzzyEmail: false });

const { rules } = markdown.renderer;

rules.link_open = (tokens, index, options, _env, self) => {
  tokens[index]?.attrSet('target', '_blank');
  tokens[index]?.attrSet('rel', 'noopener noreferrer');
  return self.renderToken(tokens, index, options);
};

rules.image = (tokens, index) => {
  const token = tokens[index];
  const source = token?.attrGet('src') ?? '';
  const words = markdown.utils.escapeHtml(token?.content || 'picture');
  const url = markdown.utils.escapeHtml(source);
  if (isInline(source)) return `<img src="${url}" alt="${words}">`;
  return /^https?:/i.test(source)
    ? `<a href="${url}" target="_blank" rel="noopener noreferrer">${words}</a>`
    : `${words}`;
};

// Code wider than the page scrolls by itself, and so must be reached by keyboard.
for (const block of ['fence', 'code_block'] as const) {
  const render = rules[block];
  rules[block] = (...rule) => (render?.(...rule) ?? '').replace('<pre>', '<pre tabindex="0">');
}

/** The column's side as a class: the page's policy knows no `style`. */
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

function isInline(url: string): boolean {
  return /^data:image\/(?:png|jpeg|gif|webp);base64,/i.test(url);
}
