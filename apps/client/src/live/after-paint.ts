/** Does something in a task of its own, behind the frame that shows what changed just now. */
export function afterPaint(act: () => unknown): void {
  // A hidden tab gets no frames.
  if (document.hidden) setTimeout(act);
  else requestAnimationFrame(() => setTimeout(act));
}
