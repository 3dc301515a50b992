/** Links out of Grafana. The address of Telltale is the hidden variable `telltale`, which the service itself tells. */
export function sessionPage(id: string) {
  return { title: 'Open the session in Telltale', url: `$\{telltale:raw}/sessions/${id}`, targetBlank: true };
}

/** The events of one session, in Grafana. */
export function sessionEvents(id: string) {
  return {
    title: 'Events of the session',
    url: `/d/telltale-session?var-session=${id}&$\{__url_time_range}`,
    targetBlank: false,
  };
}
