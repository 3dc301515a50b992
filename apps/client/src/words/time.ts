// One wording for what core says and what the page says: the two stand side by side.
export { ageWords as age, durationWords as duration } from '@telltale/core';

/** "14:02:11" in local time. */
export function clock(at: Date): string {
  return `${two(at.getHours())}:${two(at.getMinutes())}:${two(at.getSeconds())}`;
}

/** "14:02" in local time. */
export function clockShort(at: Date): string {
  return `${two(at.getHours())}:${two(at.getMinutes())}`;
}

/** "2026-11-21" in local time. */
export function day(at: Date): string {
  return `${at.getFullYear()}-${two(at.getMonth() + 1)}-${two(at.getDate())}`;
}

/** "Today", "Yesterday", else "Wed 18 Nov", with the year when it is another one. */
export function dayInWords(at: Date, now: Date): string {
  const key = day(at);
  if (key === day(now)) return 'Today';
  const yesterday = new Date(now.getFullYear(), now.getMonth(), now.getDate() - 1);
  if (key === day(yesterday)) return 'Yesterday';
  const words = `${weekdays[at.getDay()]} ${at.getDate()} ${months[at.getMonth()]}`;
  return at.getFullYear() === now.getFullYear() ? words : `${words} ${at.getFullYear()}`;
}

/** Local time, UTC and offset, for the hover. */
export function exactTime(at: Date): string {
  const local = `${day(at)} ${clock(at)}.${String(at.getMilliseconds()).padStart(3, '0')}`;
  return `${local} ${offset(at)}\n${at.toISOString()} UTC`;
}

function offset(at: Date): string {
  const minutes = -at.getTimezoneOffset();
  const sign = minutes < 0 ? '−' : '+';
  return `UTC${sign}${two(Math.floor(Math.abs(minutes) / 60))}:${two(Math.abs(minutes) % 60)}`;
}

function two(value: number): string {
  return String(value).padStart(2, '0');
}

const weekdays = ['Sun', 'Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat'];
const months = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'];
