/** What the client writes where somebody said no. */
export const refusal = {
  type: 'tool_result',
  content: "The user doesn't want to proceed with this tool use. The tool use was rejected.",
  is_error: true,
};

/** A shell's answer as the client gives it. */
export const printed = (stdout: string) => ({
  stdout,
  stderr: '',
  interrupted: false,
  isImage: false,
  noOutputExpected: false,
});

/** An answered Read. */
export const fileText = (filePath: string, content: string, startLine = 1) => ({
  type: 'text',
  file: { filePath, content, numLines: content.split('\n').length, startLine, totalLines: content.split('\n').length },
});

/** Input and answer of an Edit that replaces whole lines, between lines that stay. */
export function edited(
  file: string,
  old: string,
  next: string,
  around: { before: string; after: string; line: number },
) {
  const lines = (text: string, sign: string) => (text === '' ? [] : text.split('\n').map((line) => sign + line));
  const patch = [...lines(around.before, ' '), ...lines(old, '-'), ...lines(next, '+'), ...lines(around.after, ' ')];
  const count = (sign: string) => patch.filter((line) => !line.startsWith(sign)).length;
  const input = { file_path: file, old_string: old, new_string: next, replace_all: false };
  const hunk = {
    oldStart: around.line,
    oldLines: count('+'),
    newStart: around.line,
    newLines: count('-'),
    lines: patch,
  };
  const answer = {
    ...{ filePath: file, oldString: old, newString: next, originalFile: `${around.before}\n${old}\n${around.after}\n` },
    ...{ structuredPatch: [hunk], userModified: false, replaceAll: false },
  };
  return [input, answer] as const;
}
