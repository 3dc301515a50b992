export function tabTitle(needs: number, troubles: number): string {
  const waiting = needs + troubles;
  return waiting > 0 ? `(${waiting}) Telltale` : 'Telltale';
}

/** The mark with a dot: amber when someone waits, else red when something goes wrong. */
export function faviconOf(needs: number, troubles: number): string {
  if (needs + troubles === 0) return '/favicon.svg';
  const colour = needs > 0 ? '#f2ab26' : '#c22b2b';
  const svg =
    '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 16 16"><path d="M14 2v12H2z" fill="#5b6472"/>' +
    `<circle cx="5" cy="5" r="4.5" fill="${colour}"/></svg>`;
  return `data:image/svg+xml,${encodeURIComponent(svg)}`;
}
