import './data/zod-jitless.ts';
import './tokens.css';
import './base.css';
import { createApp } from 'vue';
import App from './App.vue';
import { router } from './router.ts';
import { reloadAfterUpgrade } from './shell/reload-after-upgrade.ts';

reloadAfterUpgrade();
createApp(App).use(router).mount('#app');
