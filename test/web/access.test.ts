import assert from 'node:assert/strict';
import { connect } from 'node:net';
import { describe, it, after } from 'node:test';
import { openPage } from '../../src/web/listen.ts';
import { FakeClock } from '../support/fake-clock.ts';
import { openedPage } from './opened-page.ts';
import { request, saidToPage } from './said-to-page.ts';

describe('who may ask the page', async () => {
  const page = await openedPage({ after });
  const { host, origin, port } = new URL(page.url);
  const look = (headers: Record<string, string | undefined>, line = 'GET /'): ReturnType<typeof saidToPage> =>
    saidToPage(page.url, request(line, { Host: host, ...headers }));

  const hosts: readonly (readonly [string | undefined, number])[] = [
    [host, 200],
    ['127.0.0.1', 200],
    [`localhost:${port}`, 200],
    ['LOCALHOST', 200],
    [`[::1]:${port}`, 200],
    ['192.168.1.2:80', 200],
    ['evil.example', 421],
    [`evil.example:${port}`, 421],
    ['127.0.0.1.nip.io', 421],
    ['localhost.evil.example', 421],
    ['localhost.', 421],
    ['127.0.0.1@evil.example', 421],
    ['evil.example#127.0.0.1', 421],
    ['127.0.0.1,evil.example', 421],
    ['0x7f.1', 421],
    ['[::1].evil.example', 421],
    ['[::1', 421],
    ['127.0.0.1:99999999', 421],
    ['', 421],
  ];
  for (const [name, status] of hosts)
    it(`answers ${status} where Host is ${JSON.stringify(name)}: no name of another may lead here`, async () => {
      const answer = await look({ Host: name });
      // What is no host at all may be refused earlier.
      assert.ok(answer.status === status || (status === 421 && answer.status === 400), `${answer.status}`);
      if (status !== 200) assert.doesNotMatch(answer.text, /<html|messages/);
    });

  it('wants one Host, and a target that is a path', async () => {
    assert.equal((await saidToPage(page.url, request('GET /', {}))).status, 400);
    assert.notEqual(
      (await saidToPage(page.url, request('GET /', { Host: host, hOST: 'evil.example' }))).status,
      200,
    );
    for (const target of [
      'http://evil.example/',
      `http://${host}/`,
      '*',
      'evil.example:80',
      '//evil.example/../..',
    ])
      assert.notEqual((await look({}, `GET ${target}`)).status, 200, target);
    assert.equal((await look({}, `GET /?q=${'a'.repeat(9000)}`)).status, 414);
    assert.equal((await look({}, `GET /?q=${'a'.repeat(20_000)}`)).status, 431);
    assert.equal((await look({ 'X-Long': 'a'.repeat(20_000) })).status, 431);
  });

  it('knows three methods', async () => {
    for (const method of ['PUT', 'DELETE', 'PATCH', 'OPTIONS', 'TRACE', 'PROPFIND']) {
      const { status, text } = await look({ 'X-Secret': 'echo' }, `${method} /`);
      assert.equal(status, 405, method);
      assert.doesNotMatch(text, /echo/);
    }
    assert.equal((await look({}, 'HEAD /')).status, 200);
    assert.equal((await look({}, 'CONNECT evil.example:80')).text, '');
  });

  it('tells other sites nothing, not even how long a search takes, but can be linked to', async () => {
    const from = (site: string, mode: string, dest: string): Record<string, string> => ({
      'Sec-Fetch-Site': site,
      'Sec-Fetch-Mode': mode,
      'Sec-Fetch-Dest': dest,
    });
    assert.equal((await look(from('none', 'navigate', 'document'))).status, 200);
    assert.equal((await look(from('same-origin', 'cors', 'empty'))).status, 200);
    assert.equal((await look(from('cross-site', 'navigate', 'document'))).status, 200);
    for (const dest of ['image', 'script', 'style', 'iframe', 'object', 'embed', 'empty', 'font'])
      for (const site of ['cross-site', 'same-site'])
        for (const mode of ['no-cors', 'cors', 'navigate']) {
          const { status } = await look(from(site, mode, dest), 'GET /?q=secret');
          assert.equal(status, 403, `${site} ${mode} ${dest}`);
        }
  });

  it('takes a post from its own forms only', async () => {
    const fields = { language: 'zh', back: '/' };
    assert.equal((await page.post('/preferences', fields)).status, 303);
    const wrong: readonly Record<string, string>[] = [
      { origin: 'null' },
      { origin: 'https://evil.example' },
      { origin: `${origin}.evil.example` },
      { origin: 'http://localhost:1' },
      { origin, 'sec-fetch-site': 'cross-site' },
      { origin, 'sec-fetch-site': 'same-site' },
      { origin, 'sec-fetch-site': 'none' },
    ];
    for (const headers of wrong)
      assert.equal((await page.post('/preferences', fields, headers)).status, 403, JSON.stringify(headers));
    const body = 'language=zh';
    const bare = {
      Host: host,
      'Content-Type': 'application/x-www-form-urlencoded',
      'Content-Length': `${body.length}`,
    };
    assert.equal((await saidToPage(page.url, request('POST /preferences', bare, body))).status, 403);
  });

  it('takes no form without its word, whatever its type', async () => {
    for (const csrf of ['', 'x', 'A'.repeat(43)])
      assert.equal((await page.post('/preferences', { csrf, language: 'zh' })).status, 403, csrf);
    for (const type of ['text/plain', 'application/json', 'multipart/form-data; boundary=x', 'nonsense']) {
      const answer = await fetch(`${page.url}preferences`, {
        method: 'POST',
        body: '{"csrf":""}',
        headers: { origin, 'content-type': type },
      });
      assert.equal(answer.status, 403, type);
    }
  });

  it('reads no large form, said to be large or not', async () => {
    assert.equal((await page.post('/preferences', { language: 'x'.repeat(100_000) })).status, 413);
    const chunks = `10000\r\n${'a'.repeat(0x10000)}\r\n`.repeat(3) + '0\r\n\r\n';
    const headers = {
      Host: host,
      Origin: origin,
      'Transfer-Encoding': 'chunked',
      'Content-Type': 'application/x-www-form-urlencoded',
    };
    assert.notEqual((await saidToPage(page.url, request('POST /preferences', headers, chunks))).status, 303);
    const both = { ...headers, 'Content-Length': '5' };
    assert.equal((await saidToPage(page.url, request('POST /preferences', both, '0\r\n\r\n'))).status, 400);
  });

  it('does not tell for an error of its own that somebody hung up in the middle of a form', async () => {
    const wrong: string[] = [];
    const other = await openedPage({ after }, { wrong: (message) => void wrong.push(message) });
    const { host, hostname, port, origin } = new URL(other.url);
    const headers = { Host: host, Origin: origin, 'Transfer-Encoding': 'chunked' };
    for (const type of ['application/x-www-form-urlencoded', 'multipart/form-data; boundary=x', 'nonsense']) {
      const half = request('POST /preferences', { ...headers, 'Content-Type': type }, '5\r\ncsrf=\r\n');
      await new Promise<void>((resolve) => {
        const socket = connect(Number(port), hostname, () =>
          socket.write(half, () => socket.resetAndDestroy()),
        );
        socket.on('error', () => {}).on('close', () => resolve());
      });
    }
    assert.equal((await other.get('/')).status, 200);
    assert.deepEqual(wrong, []);
  });

  it('leads back to itself only', async () => {
    const places = [
      '//evil.example',
      '/\\evil.example',
      '\\\\evil.example',
      'https://evil.example',
      '/\t/evil.example',
      '/\r\nSet-Cookie: a=b',
      'javascript:alert(1)',
      '/%0d%0aX: y\n',
      '',
    ];
    for (const back of places) {
      const answer = await page.post('/preferences', { language: 'en', back });
      assert.equal(answer.headers.get('location'), '/', back);
      assert.ok(!/a=b/.test(answer.headers.get('set-cookie') ?? ''));
    }
    assert.equal(
      (await page.post('/preferences', { language: 'en', back: '/?q=%E4%BD%A0' })).headers.get('location'),
      '/?q=%E4%BD%A0',
    );
  });

  it('sends its policy with every answer, an error too', async () => {
    for (const path of ['/', '/nowhere', '/?q=from:', '/static/page.css', '/help', '/status', '/outbox']) {
      const { headers } = await page.get(path);
      assert.match(
        headers.get('content-security-policy') ?? '',
        /^default-src 'none'; .*frame-ancestors 'none'$/,
        path,
      );
      assert.doesNotMatch(headers.get('content-security-policy') ?? '', /unsafe|\*|http/);
      assert.equal(headers.get('x-content-type-options'), 'nosniff');
      assert.equal(headers.get('x-frame-options'), 'DENY');
      assert.equal(headers.get('referrer-policy'), 'same-origin');
      assert.equal(headers.get('cross-origin-opener-policy'), 'same-origin');
      assert.equal(headers.get('cross-origin-resource-policy'), 'same-origin');
      assert.equal(headers.get('x-powered-by'), null);
      assert.equal(headers.get('server'), null);
      if (!path.startsWith('/static/')) assert.equal(headers.get('cache-control'), 'no-store');
    }
  });

  it('hangs up on who does not finish a request', { timeout: 120_000 }, async () => {
    const { hostname } = new URL(page.url);
    const answer = await new Promise<string>((resolve) => {
      let text = '';
      const socket = connect(Number(port), hostname, () => socket.write('GET / HTTP/1.1\r\nHost: '));
      socket.on('data', (chunk) => (text += chunk.toString('latin1')));
      socket.on('close', () => resolve(text));
    });
    assert.match(answer, /^HTTP\/1\.1 408 /);
  });

  it('tells nothing of the machine where something is wrong', async () => {
    for (const path of [
      '/message/%',
      '/message/%00',
      '/static/..%2f..%2fpackage.json',
      '/static/%2e%2e/app.ts',
      '/static/__proto__',
      '/message/constructor',
      '/?q=%ff%fe',
      '/?offset=-1',
      '/../../../../etc/passwd',
      '/message/../../../etc/passwd/source',
    ]) {
      const { status, text } = await look({}, `GET ${path}`);
      assert.ok(status < 500, `${path} ${status}`);
      assert.doesNotMatch(text, /root:|node_modules|\.ts:|\bat \w+ \(|mailkeep-test-|SQLITE/, path);
    }
  });
});

describe('a page with a password', async () => {
  const clock = new FakeClock();
  const page = await openedPage({ after }, { password: () => Promise.resolve('开门 gehe"im'), clock });
  const id = page.ids.get('invoice-pdf') ?? '';
  const enter = async (password: string, back = '/'): Promise<Response> =>
    page.post('/login', { password, back });
  const cookieOf = (answer: Response): string => answer.headers.get('set-cookie')?.split(';', 1)[0] ?? '';

  it('shows nothing of the archive before', async () => {
    for (const path of ['/', '/?q=invoice', `/message/${id}`, '/status', '/outbox', '/help', '/nowhere']) {
      const answer = await page.get(path);
      assert.equal(answer.status, 303, path);
      assert.match(answer.headers.get('location') ?? '', /^\/login(?:\?back=%2F|$)/);
      assert.equal(await answer.text(), '');
    }
    for (const path of [
      `/message/${id}/body`,
      `/message/${id}/source`,
      `/message/${id}/attachment/1`,
      `/message/${id}/download`,
      '/events',
    ])
      assert.equal(
        (await page.get(path, { 'sec-fetch-dest': 'iframe', 'sec-fetch-site': 'same-origin' })).status,
        401,
        path,
      );
    const form = await page.get('/login');
    assert.equal(form.status, 200);
    assert.doesNotMatch(await form.text(), /search|outbox/i);
    assert.equal((await page.get('/static/page.css')).status, 200);
  });

  it('opens to the password, in a cookie that no script and no other site sees, until the person leaves', async () => {
    const answer = await enter('开门 gehe"im', '/?q=invoice');
    assert.equal(answer.status, 303);
    assert.equal(answer.headers.get('location'), '/?q=invoice');
    assert.match(
      answer.headers.get('set-cookie') ?? '',
      /^mailkeep=[\w-]{43}; Path=\/; HttpOnly; SameSite=Strict$/,
    );
    const cookie = cookieOf(answer);
    assert.equal((await page.get('/', { cookie })).status, 200);
    assert.equal((await page.get(`/message/${id}/source`, { cookie })).status, 200);
    assert.equal((await page.get('/login?back=//evil.example', { cookie })).headers.get('location'), '/');
    assert.equal((await page.get('/', { cookie: `${cookie}x` })).status, 303);

    const text = await (await page.get('/', { cookie })).text();
    const csrf = /action="\/logout"[^]*?name="csrf" value="([^"]+)"/.exec(text)?.[1] ?? '';
    assert.equal((await page.post('/logout', { csrf: 'x' }, { cookie })).status, 403);
    assert.equal((await page.get('/', { cookie })).status, 200);
    const gone = await page.post('/logout', { csrf }, { cookie });
    assert.equal(gone.headers.get('location'), '/login');
    assert.match(gone.headers.get('set-cookie') ?? '', /^mailkeep=; Max-Age=0; Path=\//);
    assert.equal((await page.get('/', { cookie })).status, 303);
  });

  it('gives each session a cookie of its own, and a form word that no other has', async () => {
    const [one, two] = [cookieOf(await enter('开门 gehe"im')), cookieOf(await enter('开门 gehe"im'))];
    assert.notEqual(one, two);
    const wordOf = async (cookie: string): Promise<string> =>
      /name="csrf" value="([^"]+)"/.exec(await (await page.get('/', { cookie })).text())?.[1] ?? '';
    const csrf = await wordOf(one);
    assert.notEqual(csrf, await wordOf(two));
    assert.equal((await page.post('/preferences', { csrf, language: 'en' }, { cookie: two })).status, 403);
    assert.equal((await page.post('/preferences', { csrf, language: 'en' }, { cookie: one })).status, 303);
  });

  it('opens no session by a word that somebody planted before', async () => {
    const planted = `mailkeep=${'A'.repeat(43)}`;
    const form = /name="csrf" value="([^"]+)"/.exec(
      await (await page.get('/login', { cookie: planted })).text(),
    );
    const body = { csrf: form?.[1] ?? '', password: '开门 gehe"im' };
    const answer = await page.post('/login', body, { cookie: planted });
    assert.equal(answer.status, 303);
    assert.notEqual(cookieOf(answer), planted);
    assert.equal((await page.get('/', { cookie: planted })).status, 303);
  });

  it('believes nobody where he says that he comes from, unless a proxy is named', async () => {
    const other = await openedPage({ after }, { password: () => Promise.resolve('x'), clock });
    const statuses: number[] = [];
    for (let n = 0; n < 7; n++) {
      const from = {
        'x-forwarded-for': `192.0.2.${n}`,
        forwarded: `for=192.0.2.${n}`,
        'x-real-ip': `192.0.2.${n}`,
      };
      statuses.push((await other.post('/login', { password: `wrong ${n}` }, from)).status);
    }
    assert.deepEqual(statuses, [401, 401, 401, 401, 401, 429, 429]);
  });

  it('takes a password that a keyboard composed the other way', async () => {
    const other = await openedPage({ after }, { password: () => Promise.resolve('caf\u00e9') });
    assert.equal((await other.post('/login', { password: 'cafe\u0301' })).status, 303);
  });

  it('lets nobody guess: after five wrong ones the sixth must wait, right or wrong, and many at once are not free', async () => {
    const all = await Promise.all(Array.from({ length: 20 }, (_, n) => enter(`wrong ${n}`)));
    const statuses = all.map(({ status }) => status);
    assert.equal(statuses.filter((status) => status === 401).length, 5, statuses.join(' '));
    assert.equal(statuses.filter((status) => status === 429).length, 15);
    const late = await enter('开门 gehe"im');
    assert.equal(late.status, 429);
    assert.match(late.headers.get('retry-after') ?? '', /^\d+$/);
    assert.equal(late.headers.get('set-cookie'), null);
    await clock.wind(1000);
    assert.equal((await enter('开门 gehe"im')).status, 303);
  });

  it('is behind a proxy under its address: the cookie goes with TLS only', async () => {
    const address = 'https://mail.example.org';
    const proxied = await openedPage({ after }, { password: () => Promise.resolve('x'), address });
    const around = { host: 'mail.example.org', origin: address };
    const { port } = new URL(proxied.url);
    const ask = (line: string, headers: Record<string, string>, body = ''): ReturnType<typeof saidToPage> =>
      saidToPage(
        proxied.url,
        request(
          line,
          {
            ...headers,
            'Content-Type': 'application/x-www-form-urlencoded',
            'Content-Length': `${body.length}`,
          },
          body,
        ),
      );
    const form = await ask('GET /login', { host: around.host });
    const csrf = /name="csrf" value="([^"]+)"/.exec(form.text)?.[1] ?? '';
    const answer = await ask('POST /login', around, `csrf=${csrf}&password=x`);
    assert.equal(answer.status, 303);
    assert.match(
      answer.header('set-cookie') ?? '',
      /^__Host-mailkeep=[\w-]{43}; Path=\/; HttpOnly; Secure; SameSite=Strict$/,
    );
    assert.equal(
      (await ask('POST /login', { ...around, origin: 'http://mail.example.org' }, `csrf=${csrf}&password=x`))
        .status,
      403,
    );
    assert.equal((await ask('GET /login', { host: `mail.example.org.:${port}` })).status, 421);
    // nginx, unless it is told otherwise, hands on the address that it asks as the Host.
    const byAddress = { ...around, host: `127.0.0.1:${port}` };
    assert.equal((await ask('POST /login', byAddress, `csrf=${csrf}&password=x`)).status, 303);
    const elsewhere = { ...byAddress, origin: 'https://evil.example' };
    assert.equal((await ask('POST /login', elsewhere, `csrf=${csrf}&password=x`)).status, 403);
  });
});

describe('a page beyond this machine', () => {
  it('is not opened without a password', async () => {
    const parts = { facts: undefined, clock: undefined, log: undefined } as never;
    for (const host of ['0.0.0.0', '::', '192.168.1.2', 'mail.example.org'])
      await assert.rejects(openPage(parts, { host, port: 0 }), {
        kind: 'config',
        message: /has no password/,
      });
  });
});
