// The password of Grafana's admin, made once and kept in a volume that only Grafana reads.
//   create   writes it where there is none yet, or writes the one that is in GRAFANA_ADMIN_PASSWORD
//   print    shows it
import { randomBytes } from 'node:crypto';
import { readFileSync, rmSync, writeFileSync } from 'node:fs';

const file = process.env.GRAFANA_PASSWORD_FILE || '/var/lib/grafana-password/admin';
const told = process.env.GRAFANA_ADMIN_PASSWORD;

if (process.argv[2] === 'print') {
  console.log(readFileSync(file, 'utf8'));
} else if (told !== undefined) {
  if (told.length < 12) {
    console.error('grafana-password: GRAFANA_ADMIN_PASSWORD must have at least 12 characters');
    process.exit(1);
  }
  rmSync(file, { force: true }); // it is read only
  writeFileSync(file, told, { mode: 0o444 });
} else {
  try {
    // Grafana is another user than this one; nobody else sees the volume.
    writeFileSync(file, randomBytes(24).toString('base64url'), { flag: 'wx', mode: 0o444 });
    console.log(
      'grafana-password: made a password for the user "admin"; see it with: docker compose run --rm grafana-password print',
    );
  } catch (error) {
    if (/** @type {NodeJS.ErrnoException} */ (error).code !== 'EEXIST') throw error; // An earlier start made one, and Grafana already took it.
  }
}
