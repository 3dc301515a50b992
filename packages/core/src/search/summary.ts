import { type SearchPiece, spoken } from './piece.ts';

/** What a compaction left; hooks and telemetry have the model's own words, the transcript has them in a letter. */
export function summaryPieces(told: string | undefined): SearchPiece[] {
  return spoken('summary', told === undefined ? undefined : summaryOf(told));
}

function summaryOf(told: string): string {
  const own = /<summary>([\s\S]*?)(?:<\/summary>|$)/.exec(told)?.[1];
  if (own !== undefined) return own;
  const text = told.replace(/<analysis>[\s\S]*?<\/analysis>/, '');
  if (!text.startsWith(letterHead)) return text;
  const letter = text.slice(Math.max(0, text.indexOf('\n\n'))).replace(/^\s*Summary:/, '');
  const end = letter.search(letterEnd);
  return end < 0 ? letter : letter.slice(0, end);
}

const letterHead = 'This session is being continued from a previous conversation';
const letterEnd =
  /\n+(?:If you need specific details from before compaction|Recent messages are preserved verbatim|(?:Please c|C)ontinue the conversation from where)/;
