import { config } from 'zod';

// First import of main.ts: the content security policy forbids `new Function`, which zod otherwise tries.
config({ jitless: true });
