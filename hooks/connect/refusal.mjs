/** What stops us from touching a file; the message is for the user. */
export class Refusal extends Error {}
