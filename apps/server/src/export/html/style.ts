/** All of the file's looks. Colours are those of the page (apps/client/src/tokens.css). */
export const style = `
:root {
  color-scheme: light dark;
  --surface: light-dark(oklch(0.975 0.003 250), oklch(0.19 0.008 255));
  --raised: light-dark(oklch(0.998 0.001 250), oklch(0.228 0.01 255));
  --hover: light-dark(oklch(0.945 0.005 250), oklch(0.255 0.011 255));
  --line: light-dark(oklch(0.89 0.006 250), oklch(0.3 0.01 255));
  --strong: light-dark(oklch(0.78 0.01 250), oklch(0.42 0.012 255));
  --text: light-dark(oklch(0.24 0.012 255), oklch(0.93 0.006 250));
  --muted: light-dark(oklch(0.47 0.014 255), oklch(0.72 0.012 250));
  --done: light-dark(oklch(0.47 0.11 155), oklch(0.75 0.13 155));
  --trouble: light-dark(oklch(0.48 0.19 27), oklch(0.73 0.16 25));
  --waiting: light-dark(oklch(0.47 0.105 65), oklch(0.87 0.15 85));
  --link: light-dark(oklch(0.42 0.15 260), oklch(0.76 0.11 250));
  --added: light-dark(oklch(0.95 0.045 150), oklch(0.29 0.045 155));
  --removed: light-dark(oklch(0.95 0.03 25), oklch(0.29 0.05 25));
  --mono: ui-monospace, "SF Mono", "Cascadia Mono", "JetBrains Mono", Menlo, Consolas, "DejaVu Sans Mono", monospace;
}
* { box-sizing: border-box; margin: 0; }
html { background: var(--surface); color: var(--text); scroll-padding-top: 12px; }
body { max-width: 920px; margin: 0 auto; padding: 24px 20px 64px; font: 14px/1.5 system-ui, -apple-system, "Segoe UI", Roboto, "Noto Sans", sans-serif; overflow-wrap: anywhere; }
h1 { font-size: 22px; line-height: 1.25; }
h2 { font-size: 15px; line-height: 1.4; }
a { color: var(--link); text-underline-offset: 2px; }
code, pre, .subject, .diff, dt { font-family: var(--mono); font-size: 12px; }
ul, ol { padding-left: 22px; }
:focus-visible { outline: 2px solid var(--link); outline-offset: 1px; }
.facts, .label, .muted { color: var(--muted); font-size: 12px; }
.label { display: block; margin: 6px 0 2px; }
.head .facts { display: flex; flex-wrap: wrap; gap: 0 14px; margin-top: 6px; font-size: 13px; }
.head .cost { margin-top: 2px; }
.contents { margin: 16px 0 0; }
.contents ol { margin-top: 6px; padding-left: 28px; }
.contents li { padding: 1px 0; }
.contents a { color: inherit; text-decoration: none; }
.contents a:hover { text-decoration: underline; }
.marks { margin: 2px 0 4px 22px; }
.head + .marks { margin: 8px 0 0; }
.tag, .bookmark { padding: 0 6px; border: 1px solid var(--strong); border-radius: 6px; color: var(--muted); font-size: 12px; }
.bookmark:target { border-color: var(--link); color: var(--link); }
.note { margin: 4px 0; padding-left: 10px; border-left: 3px solid var(--strong); white-space: pre-wrap; }
.bookmarks { margin-top: 16px; font-size: 13px; }
.bookmarks ul { margin-top: 6px; padding-left: 18px; }
.mark-line { display: flex; gap: 10px; align-items: center; margin: 20px 0 0; color: var(--muted); font-size: 12px; }
.mark-line::before, .mark-line::after { flex: 1; border-top: 1px solid var(--line); content: ""; }
.turn { margin-top: 24px; }
.prompt { padding: 10px 14px; border: 1px solid var(--line); border-left: 3px solid var(--link); border-radius: 6px; background: var(--raised); }
.prompt h2 { white-space: pre-wrap; font-weight: 600; }
.prompt .number { color: var(--muted); font-weight: 400; }
.prompt .rest { margin-top: 6px; }
.turn.notification .prompt, .turn.command .prompt { border-left-color: var(--strong); }
.steps { display: grid; gap: 4px; margin-top: 10px; padding-left: 4px; }
.steps > *, .body > * { min-width: 0; }
.plain, .rest { white-space: pre-wrap; }
.said { padding: 4px 0; }
.answer { margin: 4px 0; padding: 10px 14px; border-radius: 6px; background: var(--raised); }
.queued { padding: 6px 12px; border-left: 3px solid var(--link); background: var(--raised); }
.queued .label { margin-top: 0; }
.line { display: flex; gap: 8px; padding: 1px 0; color: var(--muted); font-size: 13px; }
.mark { display: inline-block; flex: none; width: 14px; text-align: center; }
.wait { color: var(--waiting); }
.wait.allowed, .wait.unknown { color: var(--muted); }
.trouble, .wait.denied { color: var(--trouble); }
details { border-radius: 6px; }
summary { padding: 2px 6px 2px 0; border-radius: 6px; cursor: pointer; }
summary::marker { color: var(--muted); font-size: 11px; }
summary:hover { background: var(--hover); }
details[open] > summary { margin-bottom: 4px; }
.call > summary .mark { color: var(--done); }
.troubled > summary .mark, .troubled > summary .facts, .agent.failed > summary .facts { color: var(--trouble); }
.call.waiting > summary .mark { color: var(--waiting); }
.thought > summary, .compaction > summary { color: var(--muted); }
.body { display: grid; gap: 6px; margin: 0 0 10px 8px; padding-left: 14px; border-left: 1px solid var(--line); }
.agent > .body { border-left: 2px solid var(--strong); }
.brief { padding: 4px 12px 8px; border-radius: 6px; background: var(--raised); }
pre { max-height: 480px; padding: 8px 12px; overflow: auto; border: 1px solid var(--line); border-radius: 6px; background: var(--raised); line-height: 18px; tab-size: 4; white-space: pre-wrap; }
pre + pre { margin-top: 4px; }
.failure { border-color: var(--trouble); color: var(--trouble); }
dl { display: grid; grid-template-columns: minmax(60px, max-content) 1fr; gap: 4px 12px; }
dt { padding-top: 1px; color: var(--muted); }
dd { min-width: 0; }
dd > pre { margin: 2px 0; }
.diff { max-height: 640px; overflow: auto; border: 1px solid var(--line); border-radius: 6px; background: var(--raised); line-height: 18px; tab-size: 4; }
.diff div { min-width: max-content; padding-right: 12px; white-space: pre; }
.diff i { display: inline-block; width: 44px; padding-right: 8px; color: var(--muted); font-style: normal; text-align: right; user-select: none; }
.diff b { display: inline-block; width: 16px; font-weight: 400; }
.diff .added { background: var(--added); }
.diff .removed { background: var(--removed); }
.diff .gap { padding-left: 20px; color: var(--muted); }
img { max-width: 100%; max-height: 480px; border-radius: 6px; }
table { border-collapse: collapse; font-size: 13px; }
th, td { padding: 3px 14px 3px 0; border-bottom: 1px solid var(--line); text-align: left; vertical-align: top; }
.number-cell, .side-right { text-align: right; font-variant-numeric: tabular-nums; }
.side-center { text-align: center; }
.wide { overflow-x: auto; }
.costs { margin-top: 32px; padding-top: 12px; border-top: 1px solid var(--line); }
.costs :is(th, td) { white-space: nowrap; }
.costs h2 { margin-bottom: 6px; }
.costs details { margin-top: 8px; }
.markdown > * + *, .markdown li > * + * { margin-top: 8px; }
.markdown :is(h1, h2, h3, h4, h5, h6) { font-size: 14px; font-weight: 600; }
.markdown :is(h1, h2) { font-size: 16px; }
.markdown :is(p, li, h1, h2, h3, blockquote) { unicode-bidi: plaintext; }
.markdown code { padding: 1px 4px; border-radius: 3px; background: var(--hover); }
.markdown pre { border: 0; background: var(--hover); }
.markdown pre code { padding: 0; background: none; }
.markdown blockquote { padding-left: 12px; border-left: 2px solid var(--strong); color: var(--muted); }
.markdown hr { border: 0; border-top: 1px solid var(--line); }
.foot { margin-top: 40px; padding-top: 12px; border-top: 1px solid var(--line); color: var(--muted); font-size: 12px; }
@media (max-width: 560px) {
  body { padding: 16px 12px 48px; }
  h1 { font-size: 18px; }
  .body { margin-left: 2px; padding-left: 10px; }
  dl { grid-template-columns: 1fr; gap: 0; }
  dt { padding-top: 4px; }
}
@media (min-width: 1400px) {
  .bookmarks { position: fixed; top: 24px; left: calc(50% + 476px); width: calc(50% - 500px); max-height: calc(100vh - 48px); margin: 0; overflow: auto; }
}
@media print {
  :root { color-scheme: light; }
  html { background: none; }
  body { max-width: none; padding: 0; font-size: 10.5pt; }
  .contents, .bookmarks, .label + pre:empty { display: none; }
  pre, .diff { max-height: none; overflow: visible; }
  .diff div { min-width: 0; white-space: pre-wrap; }
  .prompt, .answer, summary { break-inside: avoid; }
  h2, summary { break-after: avoid; }
  /* What a subagent did is part of the story; what a call printed stays folded. */
  .agent::details-content { content-visibility: visible; block-size: auto; }
  a { color: inherit; }
}
`;
