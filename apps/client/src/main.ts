import './data/zod-jitless.ts';
import './tokens.css';
import './base.css';
import { createApp } from 'vue';
import App from './App.vue';
import { signInPath } from './data/go-sign-in.ts';
import { useLive } from './data/use-live.ts';
import { router } from './router.ts';
import { reloadAfterUpgrade } from './shell/reload-after-upgrade.ts';

reloadAfterUpgrade(() => useLive().connection.value.phase === 'lost');
if (location.pathname === signInPath) {
  void import('./access/SignInPage.vue').then(({ default: SignInPage }) => createApp(SignInPage).mount('#app'));
} else createApp(App).use(router).mount('#app');
