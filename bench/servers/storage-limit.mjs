// The storage limit: bare node:http and the service's own group commit, with its own settings of SQLite, of the body as
// it is and nothing else. What is measured against it is everything that Telltale does beside storing.
import { storeBodies } from './store-bodies.mjs';

storeBodies({ isOnce: false });
