// The storage limit of a server that may be sent a body twice: the same, and each id is kept and is unique.
import { storeBodies } from './store-bodies.mjs';

storeBodies({ isOnce: true });
