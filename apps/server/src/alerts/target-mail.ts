import { isLoopback } from '../config.ts';
import type { AlertTarget, TargetOptions } from './target.ts';
import type { AlertTargets } from './target-config.ts';
import { alertLine, pageOf, subjectOf } from './words.ts';

const answerMs = 10_000;

/** Plain text by SMTP. A password goes to another machine only under TLS. */
export function mailTarget(
  { server, to, from }: NonNullable<AlertTargets['mail']>,
  { publicUrl }: TargetOptions,
): AlertTarget {
  const url = new URL(server);
  const secure = url.protocol === 'smtps:';
  return {
    kind: 'mail',
    async send(message) {
      // Whoever sends no mail does not load it.
      const { createTransport } = await import('nodemailer');
      const transport = createTransport({
        host: url.hostname.replace(/^\[|\]$/g, ''),
        port: url.port ? Number(url.port) : secure ? 465 : 587,
        secure,
        requireTLS: !secure && !isLoopback(url.hostname) && url.username !== '',
        ...(url.username && {
          auth: { user: decodeURIComponent(url.username), pass: decodeURIComponent(url.password) },
        }),
        ...{ connectionTimeout: answerMs, greetingTimeout: answerMs, socketTimeout: answerMs },
        // Nothing of an alert may make it read a file or an address.
        ...{ disableFileAccess: true, disableUrlAccess: true },
      });
      const stop = () => transport.close();
      message.signal?.addEventListener('abort', stop);
      try {
        const text = message.alerts
          .map((alert) => `${alertLine(alert)}\n${alert.annotations.runbook ?? ''}\n${pageOf(alert, publicUrl)}`)
          .join('\n\n');
        const messageId = `<${message.id}@telltale>`;
        await transport.sendMail({ from, to: [...to], subject: subjectOf(message), text, messageId });
      } finally {
        message.signal?.removeEventListener('abort', stop);
        transport.close();
      }
    },
  };
}
