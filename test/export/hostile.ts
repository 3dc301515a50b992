// biome-ignore-all lint/suspicious/noTemplateCurlyInString: what a template would expand stands here as text
import type { Session, TelltaleEvent, TranscriptEntry } from '@telltale/core';
import type { ExportSources } from '@telltale/core/export';

/** What must stay text; each would set `pwned`, ask another host or complain if it did not. */
export const hostileTexts = [
  '<script>pwned = 1; alert(1)</script>',
  '<img src=x onerror="pwned = 1">',
  '"><svg onload="pwned = 1"><a xlink:href="javascript:pwned=1">x</a></svg>',
  `'"--></style></script><script>pwned = 1</script>`,
  '</title><script>pwned = 1</script>',
  '</details></summary></main><iframe srcdoc="<script>parent.pwned = 1</script>"></iframe>',
  '<base href="http://127.0.0.1:9/"><link rel=stylesheet href="http://127.0.0.1:9/x.css">',
  '<meta http-equiv="refresh" content="0;url=http://127.0.0.1:9/">',
  '<style>@import "http://127.0.0.1:9/x.css"; body { background: url(http://127.0.0.1:9/y) }</style>',
  '[click](javascript:pwned=1) [data](data:text/html,<script>pwned=1</script>) [vb](vbscript:x)',
  '[ctrl](java\u0000script:pwned=1) [tab](java\tscript:pwned=1) <javascript:pwned=1>',
  '![picture](http://127.0.0.1:9/p.png) ![svg](data:image/svg+xml,<svg onload=pwned=1>) ![ok](data:image/png;base64,AAAA" onerror="pwned=1)',
  '| a |\n|:-|\n| <img src=x onerror=pwned=1> |',
  '```js"><img src=x onerror=pwned=1>\n<b>code</b>\n```',
  '&lt;script&gt;pwned = 1&lt;/script&gt; &#60;script&#62;',
  '{{constructor.constructor("pwned=1")()}} ${pwned=1} <%= 7*7 %>',
  '\u001b]8;;javascript:pwned=1\u0007link\u001b]8;;\u0007 \u001b[31mred',
  '<!-- --!><script>pwned = 1</script> <![CDATA[<script>pwned = 1</script>]]>',
  '\u202e<script>pwned = 1</script>\u2066',
  '<a href="#" onclick="pwned=1">x</a><form action="http://127.0.0.1:9/"><input autofocus onfocus="pwned=1"></form>',
];

/** A session in which every text that anybody else writes is hostile. */
export function hostileSources(): ExportSources {
  const everything = hostileTexts.join('\n\n');
  const at = (second: number) => new Date(Date.parse('2026-11-20T10:00:00.000Z') + second * 1000).toISOString();
  let seq = 0;
  const event = (name: string, payload: Record<string, unknown>, more: Partial<TelltaleEvent> = {}): TelltaleEvent => {
    seq += 1;
    const base = { seq, id: `e-${seq}`, source: 'hook' as const, name, sessionId: 's-1', app: everything, at: at(seq) };
    return { ...base, summary: everything, payload: { session_id: 's-1', hook_event_name: name, ...payload }, ...more };
  };
  const events: TelltaleEvent[] = [event('UserPromptSubmit', { prompt: everything }, { promptId: 'p-1' })];
  for (const [index, text] of hostileTexts.entries()) {
    const toolUseId = `t-${index}`;
    const toolName =
      ['Bash', 'Edit', 'Write', 'Read', text, 'mcp__x__y', 'WebFetch', 'AskUserQuestion'][index % 8] ?? text;
    const call = {
      ...{ tool_name: toolName, tool_use_id: toolUseId },
      tool_input: {
        [text]: text,
        command: text,
        file_path: text,
        old_string: text,
        new_string: everything,
        content: text,
      },
    };
    const facts = { promptId: 'p-1', toolUseId, toolName };
    events.push(event('PreToolUse', call, facts));
    events.push(event('PermissionRequest', call, facts));
    if (index % 3 === 0)
      events.push(event('PostToolUseFailure', { ...call, error: everything }, { ...facts, outcome: 'failed' }));
    else {
      const structuredPatch = [{ oldStart: 1, newStart: 1, lines: [`+${text}`, `-${text}`, ` ${text}`] }];
      const response =
        index % 3 === 1 ? { stdout: text, stderr: text, [text]: [text] } : { structuredPatch, filePath: text };
      events.push(event('PostToolUse', { ...call, tool_response: response }, facts));
    }
  }
  const agent = { agentId: 'a-1', agentType: everything };
  events.push(event('SubagentStart', { agent_id: 'a-1', agent_type: everything }, agent));
  events.push(
    event('SubagentStop', { agent_id: 'a-1', agent_type: everything, last_assistant_message: everything }, agent),
  );
  events.push(event('Notification', { message: everything, notification_type: everything }));
  events.push(event('StopFailure', { error: everything, error_details: everything }));
  events.push(event('Stop', { last_assistant_message: everything }, { promptId: 'p-1' }));
  const entries: TranscriptEntry[] = [
    ...['assistant', 'system'].flatMap((type, index) =>
      hostileTexts.map((text, nth) => ({
        ...{ seq: index * 100 + nth, sessionId: 's-1', type, at: at(100 + nth), uuid: `${type}-${nth}` },
        line: {
          ...{ type, subtype: 'api_error', error: { message: text }, content: text },
          message: {
            ...{ id: `m-${nth}`, role: 'assistant', model: text },
            content: [
              { type: 'text', text },
              { type: 'thinking', thinking: text },
              { type: 'image', source: { type: 'base64', media_type: text, data: text } },
            ],
          },
        },
      })),
    ),
  ];
  const session = {
    ...{ id: 's-1', app: everything, title: everything, branch: everything, worktree: everything, model: everything },
    ...{ state: 'failed', group: 'trouble', startedAt: at(0), lastEventAt: at(200), lastSeq: seq, knownFrom: 'events' },
    ...{ prompts: 1, tools: 20, failures: 7, subagents: 1, waitedMs: 5000, waiting: [], trouble: [], agents: [] },
  } as unknown as Session;
  const put = { sessionId: 's-1', createdAt: at(201) };
  const annotations = hostileTexts.flatMap((text, index) => [
    { ...put, id: `n-${index}`, kind: 'note' as const, text },
    { ...put, id: `l-${index}`, kind: 'label' as const, text, toolUseId: `t-${index}` },
    { ...put, id: `b-${index}`, kind: 'bookmark' as const, toolUseId: `t-${index}` },
  ]);
  return { session, events, entries, annotations, labels: hostileTexts };
}
