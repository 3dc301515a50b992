import { watch } from 'vue';
import { useRouter } from 'vue-router';
import { useNow } from '../data/use-now.ts';
import { allGroups } from '../live/use-groups.ts';
import { preferences } from '../settings/preferences.ts';
import { callsOf, isQuietHour, type Notice, nextNotice, noNotices } from './notices.ts';
import { beep, speak } from './sounds.ts';
import { watchTabs } from './tabs.ts';

/** Calls whoever asked to be called: notification, sound, spoken line. One tab does it for all. */
export function useNotices(): void {
  const router = useRouter();
  const now = useNow();
  const { isCaller, isInFront } = watchTabs();
  let written = noNotices;
  let heard = noNotices;
  let shown: Notification | undefined;

  watch(now, (at) => {
    if (!isCaller.value) return;
    const chosen = preferences.value;
    const calls = callsOf(allGroups.value['needs-you'], allGroups.value['your-turn'], chosen);
    const isQuiet = isQuietHour(chosen.quietFrom, chosen.quietTo, new Date(at));
    write(at, calls, isQuiet || isInFront.value || !chosen.notify);
    // Whoever wants to hear it does not look at the page, in front or not.
    hear(at, calls, isQuiet || !(chosen.sound || chosen.voice));
  });

  function write(at: number, calls: ReturnType<typeof callsOf>, isSilent: boolean): void {
    const step = nextNotice(written, calls, { now: at, isSilent });
    written = step.state;
    if (step.does === 'withdraw') shown?.close();
    else if (step.does === 'show') show(step.notice, step.isNew);
  }

  function hear(at: number, calls: ReturnType<typeof callsOf>, isSilent: boolean): void {
    const step = nextNotice(heard, calls, { now: at, isSilent });
    heard = step.state;
    if (step.does !== 'show' || !step.isNew) return;
    if (preferences.value.sound) beep();
    if (preferences.value.voice) speak(`${step.notice.title}. ${step.notice.body}`);
  }

  function show(notice: Notice, isNew: boolean): void {
    if (typeof Notification === 'undefined' || Notification.permission !== 'granted') return;
    shown?.close();
    shown = new Notification(notice.title, { body: notice.body, tag: 'telltale', silent: !isNew });
    shown.onclick = () => {
      window.focus();
      shown?.close();
      void router.push(
        notice.seq === undefined
          ? { name: 'session', params: { id: notice.sessionId } }
          : { path: '/', query: { event: String(notice.seq) } },
      );
    };
  }
}
