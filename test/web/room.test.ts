// Lines that are held open, and say nothing or half of something, keep nobody out.
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer, type RequestListener, type Server } from 'node:http';
import { connect, type AddressInfo, type Socket } from 'node:net';
import { test } from 'node:test';
import { keepRoom } from '../../src/web/room.ts';
import { until } from '../support/command-line.ts';
import type { Ending } from '../support/temporary.ts';
import { openedPage } from './opened-page.ts';

/** More than the page holds at once. */
const MANY = 300;

/** Connections to the page that say `words` and no more; closed with the test. */
async function held(
  ending: Ending,
  url: string,
  localAddress: string,
  count: number,
  words = '',
): Promise<Socket[]> {
  const { hostname, port } = new URL(url);
  const sockets: Socket[] = [];
  ending.after(() => sockets.forEach((socket) => socket.destroy()));
  for (let n = 0; n < count; n++) {
    const socket = connect({ host: hostname, port: Number(port), localAddress });
    sockets.push(socket);
    // What is closed is noticed by whoever reads.
    socket.on('error', () => undefined).resume();
    // One after the other: the page has them in this order.
    await once(socket, 'connect');
    if (words !== '') socket.write(words);
  }
  return sockets;
}

/** A server with room for four lines, and its address; nothing in it depends on time. */
async function small(
  ending: Ending,
  listener: RequestListener,
): Promise<{ readonly server: Server; readonly url: string }> {
  const server = createServer(listener);
  server.headersTimeout = server.requestTimeout = server.keepAliveTimeout = 0;
  keepRoom(server, 4);
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  ending.after(() => {
    server.closeAllConnections();
    server.close();
  });
  return { server, url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/` };
}

for (const [what, words] of [
  ['nothing', ''],
  ['half a request', 'GET / HTTP/1.1\r\nHost: 127'],
] as const)
  test(`whoever holds ${MANY} lines and says ${what} keeps nobody out`, async (t) => {
    const page = await openedPage(t);
    await held(t, page.url, '127.0.0.1', MANY, words);
    for (let again = 0; again < 5; again++) assert.equal((await page.get('/login?back=%2F')).status, 404);
  });

test('a form without an end gives way to whoever comes, and where all are being answered, the newest has its turn all the same', async (t) => {
  const { server, url } = await small(t, (request, response) => {
    server.emit('asked');
    if (request.method === 'POST') return;
    response.write('begun');
    if (request.url === '/quick') response.end();
  });
  const ask = async (line: string): Promise<Socket> => {
    const asked = once(server, 'asked');
    const [socket] = await held(t, url, '127.0.0.1', 1, line);
    assert.ok(socket);
    // One that is closed is not asked for.
    await Promise.race([asked, once(socket, 'close')]);
    return socket;
  };
  const slow = [await ask(GET('/slow'))];
  const forms = [await ask(POST), await ask(POST), await ask(POST)];
  for (const form of forms) {
    const closed = once(form, 'close');
    const newest = await ask(GET('/slow'));
    assert.ok(!newest.closed, 'the newest has its turn');
    await closed;
    slow.push(newest);
  }
  assert.deepEqual(
    slow.map(({ closed }) => closed),
    [false, false, false, false],
  );
  assert.ok(!(await ask(GET('/quick'))).closed, 'the newest has its turn');
});

const GET = (path: string): string => `GET ${path} HTTP/1.1\r\nHost: x\r\n\r\n`;
const POST = 'POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 100\r\n\r\ncsrf=';

test('one who waits quietly is not closed for the lines of another address, nor one who is being answered', async (t) => {
  const asked = new Set<string>();
  const { url } = await small(t, (request, response) => {
    asked.add(request.url ?? '');
    response.write('begun');
    if (request.url === '/quiet') response.end();
  });
  const [quiet, busy] = await held(t, url, '127.0.0.1', 2);
  assert.ok(quiet && busy);
  busy.write('GET /busy HTTP/1.1\r\nHost: x\r\n\r\n');
  await once(busy, 'data');
  const many = await held(t, url, '127.0.0.2', 20);
  const all = [quiet, busy, ...many];
  const closed = (): boolean[] => all.map((socket) => socket.closed);
  await until(
    () => closed().filter(Boolean).length === 18,
    () => closed().join(' '),
  );
  assert.deepEqual([...closed().slice(0, 2), ...closed().slice(-2)], [false, false, false, false]);
  quiet.write('GET /quiet HTTP/1.1\r\nHost: x\r\n\r\n');
  await once(quiet, 'data');
  assert.deepEqual([...asked], ['/busy', '/quiet']);
});
