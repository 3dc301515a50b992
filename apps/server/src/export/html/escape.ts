/** Text as it may stand in HTML, also inside an attribute in double quotes. */
export function escapeHtml(text: string): string {
  return readable(text).replace(/[&<>"']/g, (char) => entities[char] ?? '');
}

const entities: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};

// biome-ignore lint/suspicious/noControlCharactersInRegex: colours and other orders to a terminal are what it looks for.
const terminalOrders = /\u001b(?:\[[0-?]*[ -/]*[@-~]|\][^\u0007\u001b]*(?:\u0007|\u001b\\)?)/g;
// biome-ignore lint/suspicious/noControlCharactersInRegex: a page must not hold them.
const controls = /[\u0000-\u0008\u000b\u000c\u000e-\u001f\u007f]/g;

/** Without the orders of a terminal and other control characters. */
export function readable(text: string): string {
  return text.replace(terminalOrders, '').replace(controls, '');
}
