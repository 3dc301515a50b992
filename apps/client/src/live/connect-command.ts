/** Hooks send there unless they are told otherwise. */
const usual = /^http:\/\/(127\.0\.0\.1|localhost):4000$/;

/** The command that connects a project to the service at this address: the one that the reader's browser found it at. */
export function connectTo(command: string, origin: string): string {
  return usual.test(origin) ? command : `${command} --url ${origin}`;
}
