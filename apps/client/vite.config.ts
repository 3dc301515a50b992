import vue from '@vitejs/plugin-vue';
import { defaultClientConditions, defineConfig } from 'vite';

/** `npm run dev` passes where the service listens; the proxy keeps the page on one origin, as when served. */
const service = process.env.TELLTALE_URL ?? 'http://127.0.0.1:4000';

export default defineConfig({
  plugins: [vue()],
  resolve: { conditions: ['telltale-source', ...defaultClientConditions] },
  // Grammars are loaded one by one in there too.
  worker: { format: 'es' },
  build: {
    target: ['chrome123', 'firefox125', 'safari17.5'],
    // The content security policy knows no `data:` scripts or fonts, and no inline anything.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    reportCompressedSize: false,
    // Chunks would else run core's schemas before main.ts has told zod not to try `new Function`.
    rolldownOptions: { output: { strictExecutionOrder: true } },
  },
  server: {
    proxy: {
      '/api': service,
      '/live': { target: service, ws: true },
    },
  },
});
