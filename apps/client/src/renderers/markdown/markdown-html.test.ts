import { describe, expect, it } from 'vitest';
import { markdownHtml } from './markdown-html.ts';

const hostile = [
  '<script>alert(1)</script>',
  '<img src=x onerror=alert(1)>',
  '<svg/onload=alert(1)>',
  '<iframe srcdoc="<script>alert(1)</script>"></iframe>',
  '[x](javascript:alert(1))',
  '[x](JaVaScRiPt:alert(1))',
  '[x](data:text/html;base64,PHNjcmlwdD4=)',
  '[x](vbscript:msgbox(1))',
  '![x](javascript:alert(1))',
  '![x](https://tracker.example/pixel.png)',
  '![x](data:image/svg+xml;base64,PHN2Zz4=)',
  '![" onerror="alert(1)](data:image/png;base64,AAAA)',
  '```"><script>alert(1)</script>\nx\n```',
  '<https://example.com/"onmouseover="alert(1)>',
  '| a |\n|:-:|\n| <b onclick=alert(1)>x</b> |',
];

/** Tags and attributes as a browser would see them: text between tags does not count. */
function tagsOf(html: string): string[] {
  return html.match(/<[a-z][^>]*>/gi) ?? [];
}

describe('hostile Markdown', () => {
  it.each(hostile)('becomes no code: %s', (text) => {
    const tags = tagsOf(markdownHtml(text));
    expect(tags.filter((tag) => /^<(?:script|iframe|svg|object|embed|style|link|meta|form)/i.test(tag))).toEqual([]);
    expect(tags.filter((tag) => /\s(?:on\w+|style|srcdoc)=/i.test(tag.replace(/"[^"]*"/g, '""')))).toEqual([]);
    expect(
      tags.filter((tag) => /(?:href|src)="(?!https?:|data:image\/(?:png|jpeg|gif|webp);base64,)/i.test(tag)),
    ).toEqual([]);
  });

  it('asks no other host for a picture: it becomes a link', () => {
    expect(markdownHtml('![chart](https://tracker.example/pixel.png)')).toBe(
      '<p><a href="https://tracker.example/pixel.png" target="_blank" rel="noopener noreferrer">chart</a></p>\n',
    );
  });
});

it('writes no style attribute: the side of a column is a class', () => {
  const html = markdownHtml('| a | b |\n|--:|---|\n| 1 | 2 |');
  expect(html).toContain('<td class="side-right">1</td>');
  expect(html).not.toContain('style');
});

it('takes a file name for no address', () => {
  expect(markdownHtml('see src/app.ts and https://hono.dev')).toBe(
    '<p>see src/app.ts and <a href="https://hono.dev" target="_blank" rel="noopener noreferrer">https://hono.dev</a></p>\n',
  );
});
