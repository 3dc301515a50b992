/** What a request says about who asks; the same for HTTP and for a socket's upgrade. */
export interface Visit {
  /** The `Host` header. */
  host: string | undefined;
  /** The `Origin` header. */
  origin: string | undefined;
  method: string;
  /** Path without query. */
  path: string;
  /** The `Authorization`, `Cookie` and `X-Forwarded-For` headers. */
  authorization: string | undefined;
  cookie: string | undefined;
  forwardedFor: string | undefined;
  /** `Sec-Fetch-Site` and `Sec-Fetch-Dest`: whose page asks, and what for. Browsers send them, scripts cannot. */
  fetchSite?: string | string[] | undefined;
  fetchDest?: string | string[] | undefined;
  /** The other end of the connection. */
  remote: string | undefined;
}
