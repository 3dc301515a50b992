import { type AddressInfo, createServer, type Socket } from 'node:net';

/** Accepts every connection and never says a word. */
export interface HangingServer {
  accepted(): number;
  close(): Promise<void>;
}

export async function createHangingServer(port: number): Promise<HangingServer & { port: number }> {
  const sockets = new Set<Socket>();
  let accepted = 0;
  const server = createServer((socket) => {
    accepted += 1;
    sockets.add(socket);
    socket.on('error', () => socket.destroy());
    socket.on('close', () => sockets.delete(socket));
  });
  await new Promise<void>((listening) => server.listen(port, '127.0.0.1', listening));
  return {
    port: (server.address() as AddressInfo).port,
    accepted: () => accepted,
    close: () =>
      new Promise((closed) => {
        server.close(() => closed());
        for (const socket of sockets) socket.destroy();
      }),
  };
}
